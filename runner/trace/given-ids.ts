import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace";

/**
 * Ids of spans: random ones, unless the next span has been given its own. The edge has no library
 * for traces; it makes an id and hands it on, and the span is recorded here.
 */
export class GivenIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #given: { readonly traceId: string; readonly spanId: string } | undefined;

  /** Begins a span with these ids. */
  with<T>(ids: { readonly traceId: string; readonly spanId: string }, begin: () => T): T {
    this.#given = ids;
    try {
      return begin();
    } finally {
      this.#given = undefined;
    }
  }

  /** The id of the trace of a span without a parent. */
  generateTraceId(): string {
    return this.#given?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#given?.spanId ?? this.#random.generateSpanId();
  }
}
