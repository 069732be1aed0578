import { randomUUID } from "node:crypto";
import { CicdError } from "#shared/error.ts";
import { type ControlRequest, controlLine } from "./input.ts";

/** How the CLI answers a control request of ours. */
interface ControlResponse {
  readonly subtype: "success" | "error";
  readonly request_id: string;
  readonly error?: unknown;
}

/** The control requests of one process that wait for their answers. */
export class Controls {
  readonly #open = new Map<string, PromiseWithResolvers<void>>();

  /**
   * Sends a request and waits for its answer.
   * @throws CicdError `cli_protocol` when the CLI refuses it; what `gone` rejects with.
   */
  async request(
    request: ControlRequest,
    { write, gone }: { write: (line: string) => unknown; gone: Promise<never> },
  ): Promise<void> {
    const id = randomUUID();
    const answer = Promise.withResolvers<void>();
    this.#open.set(id, answer);
    try {
      write(controlLine(id, request));
      await Promise.race([answer.promise, gone]);
    } finally {
      this.#open.delete(id);
    }
  }

  /** The CLI has answered; an answer that nobody waits for is none of ours. */
  settle({ subtype, request_id, error }: ControlResponse): void {
    const open = this.#open.get(request_id);
    if (subtype === "success") open?.resolve();
    else open?.reject(new CicdError("cli_protocol", `CLI refused a request: ${error}`));
  }
}
