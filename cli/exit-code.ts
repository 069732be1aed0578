import type { ErrorCategory } from "#shared/error.ts";

/** What the program ends with, as sysexits.h and the shells have it. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  config: 78,
  interrupted: 130,
  terminated: 143,
};

/** The exit code for an error that ends the program. */
export function exitCodeOf(category: ErrorCategory): number {
  return category === "config" ? exitCodes.config : exitCodes.failure;
}
