import {
  type Attributes,
  type Context,
  type Span,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";
import type { JournalEvent } from "#shared/journal.ts";

/** The steps of an attempt, told from its events. */
export class Steps {
  readonly #tracer: Tracer;
  readonly #parent: Context;
  /** Those that have begun, by their names. */
  readonly #open = new Map<string, Span>();

  constructor(tracer: Tracer, parent: Context) {
    this.#tracer = tracer;
    this.#parent = parent;
  }

  /** Something happened. */
  see({ type, data }: JournalEvent): void {
    switch (type) {
      case "workspace.ready": {
        const attributes = { "cicd.files": data.files, "cicd.diff_bytes": data.diff_bytes };
        this.#past("checkout", data.duration_ms, attributes);
        break;
      }
      case "session.ready":
        this.#past("process", data.duration_ms, { "cicd.process.start": data.start });
        break;
      case "session.resumed":
        this.#past("process", data.duration_ms, { "cicd.process.start": "resumed" });
        break;
      case "turn.started":
        this.#begin("turn");
        break;
      case "turn.completed":
        this.#finish("turn", {
          "gen_ai.usage.input_tokens": data.usage.input_tokens,
          "gen_ai.usage.output_tokens": data.usage.output_tokens,
          "cicd.cost_usd": data.usage.cost_usd,
          "cicd.overhead_ms": data.overhead_ms,
        });
        break;
      case "result.stored":
        this.#begin("publish");
        break;
      case "task.published":
        this.#finish("publish", {});
        break;
    }
  }

  /** The attempt is over; where it failed, what is still open did so with it. */
  end({ hasFailed }: { hasFailed: boolean }): void {
    // A result that is kept for those who follow alone: a span that does not end is not recorded.
    if (!hasFailed) this.#open.delete("publish");
    for (const span of this.#open.values()) {
      if (hasFailed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
    this.#open.clear();
  }

  #past(name: string, duration: number, attributes: Attributes): void {
    const options = { startTime: Date.now() - duration, attributes };
    this.#tracer.startSpan(name, options, this.#parent).end();
  }

  #begin(name: string): void {
    this.#open.get(name)?.end();
    this.#open.set(name, this.#tracer.startSpan(name, {}, this.#parent));
  }

  #finish(name: string, attributes: Attributes): void {
    const span = this.#open.get(name);
    span?.setAttributes(attributes);
    span?.end();
    this.#open.delete(name);
  }
}
