import type { CicdError } from "./error.ts";
import type { TaskError } from "./task.ts";

/** An error as a task or a dead letter holds it. */
export function toTaskError({ code, category, message, hint, partial }: CicdError): TaskError {
  return {
    code,
    category,
    message,
    ...(hint !== undefined && { hint }),
    ...(partial !== undefined && { partial }),
  };
}
