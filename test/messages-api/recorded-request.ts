import type { IncomingHttpHeaders } from "node:http";
import type { MessagesBody } from "./messages-body.ts";

/** What came over the wire, whatever it is. */
export interface ReceivedRequest {
  /** When the request line was read: milliseconds since the epoch, with fractions. */
  readonly at: number;
  /** HTTP method, upper case. */
  readonly method: string;
  /** Path without the query: the CLI sends `?beta=true`. */
  readonly path: string;
  /** Header names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The whole body as UTF-8 text; empty when there is none. */
  readonly raw: string;
}

/** A request of a conversation, which the responder answers. */
export interface RecordedRequest extends ReceivedRequest {
  /** Position in `requests`. */
  readonly index: number;
  /** The CLI's `x-claude-code-session-id`; empty for other clients. */
  readonly sessionId: string;
  /** The body, checked for what the API insists on. */
  readonly body: MessagesBody;
  /** Aborts when the client hangs up before its answer is complete. */
  readonly signal: AbortSignal;
  /** Resolves when `signal` aborts; never, if the answer is sent to its end. */
  readonly aborted: Promise<void>;
}

/** Why a request is not part of a conversation. */
export type SideKind = "health" | "count_tokens" | "structured" | "refused" | "unknown";

/** A request that the stand-in answers by itself. */
export interface SideRequest extends ReceivedRequest {
  readonly kind: SideKind;
}
