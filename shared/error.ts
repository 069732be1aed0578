/**
 * What kind of trouble an error is, and so what is done about it: `transient` and `platform` are
 * tried again, `session` is answered by rebuilding the session once, `config` stops until an
 * operator mends the configuration, `input` is refused, `output` is an answer of the model that
 * can't be used.
 */
export const errorCategories = [
  "transient",
  "platform",
  "session",
  "config",
  "input",
  "output",
] as const;
/** One of {@link errorCategories}. */
export type ErrorCategory = (typeof errorCategories)[number];

/** Every error code of the product with its category. The set is closed. */
const categories = {
  invalid_request: "input",
  unauthorized: "input",
  forbidden: "input",
  not_found: "input",
  method_not_allowed: "input",
  conflict: "input",
  input_poisonous: "input",
  payload_too_large: "input",
  unsupported_media_type: "input",
  cancelled: "input",
  rate_limited: "transient",
  queue_full: "transient",
  runner_unavailable: "transient",
  host_silent: "transient",
  shutting_down: "transient",
  forge_unavailable: "transient",
  model_overloaded: "transient",
  model_unreachable: "transient",
  turn_timeout: "transient",
  forge_rate_limited: "transient",
  repository_unavailable: "platform",
  store_unavailable: "platform",
  host_restarted: "platform",
  session_lost: "session",
  cli_exited: "session",
  cli_silent: "session",
  cli_start_timeout: "session",
  cli_protocol: "session",
  cli_missing: "config",
  config_invalid: "config",
  forge_refused: "config",
  model_refused_key: "config",
  model_refused_request: "config",
  budget_exhausted: "config",
  repository_refused: "config",
  review_unparsable: "output",
  answer_unparsable: "output",
  forge_rejected: "output",
  budget_exceeded: "output",
  internal: "platform",
} as const satisfies Record<string, ErrorCategory>;

/** A stable, machine-readable name of what went wrong. */
export type ErrorCode = keyof typeof categories;

/** All codes, for schemas that accept one. */
export const errorCodes = Object.keys(categories).filter(isErrorCode);

/** What an error carries besides its code and message. */
export interface ErrorOptions {
  /** The error that led to this one; always kept. */
  cause?: unknown;
  /** What the reader can do about it, as a sentence. */
  hint?: string;
  /** When a repeat makes sense, in seconds; becomes `Retry-After`. */
  retryAfter?: number;
  /** What the model had said when its turn failed. */
  partial?: string | undefined;
}

/**
 * The one error class of the product. `message` says what is wrong and the value at fault, `hint`
 * what to do next.
 */
export class CicdError extends Error {
  override readonly name = "CicdError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryAfter: number | undefined;
  readonly partial: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryAfter = options.retryAfter;
    this.partial = options.partial;
  }

  get category(): ErrorCategory {
    return categories[this.code];
  }

  /** Any thrown value as a CicdError; what is one already stays itself. */
  static from(thrown: unknown, code: ErrorCode = "internal"): CicdError {
    if (thrown instanceof CicdError) return thrown;
    return new CicdError(code, reasonOf(thrown), { cause: thrown });
  }
}

/** Why something failed, for the end of a message: what any thrown value says of itself. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  // Some objects can't be turned into a string, and the attempt would throw.
  return Object(thrown) === thrown ? "Something was thrown that is no error" : String(thrown);
}

function isErrorCode(name: string): name is ErrorCode {
  return Object.hasOwn(categories, name);
}
