import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { HandOff } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import type { Task } from "#shared/task.ts";
import type { Work } from "../dispatch/run-attempt.ts";
import type { GivenIds } from "./given-ids.ts";
import { Steps } from "./steps.ts";

/** What is recorded of a task, from its webhook to what is published. */
export interface Spans {
  /** A delivery has made a task: from when it came to the edge until now. */
  delivered(handOff: HandOff): void;
  /** The same work, recorded: each attempt, and in it checkout, process, turns and publication. */
  traced(work: Work): Work;
}

/** Makes them. Names are few and fixed, ids are attributes; no text of people is recorded. */
export function taskSpans(tracer: Tracer, ids: GivenIds): Spans {
  return {
    delivered: ({ trace: step, forge, kind, task_id, event }) => {
      if (step === undefined) return;
      const parent = contextOf(step.parent);
      const startTime =
        event.delivered_at === undefined ? Date.now() : Date.parse(event.delivered_at);
      const attributes = { "cicd.forge": forge, "cicd.task.kind": kind, "cicd.task.id": task_id };
      const options = { startTime, attributes, kind: SpanKind.SERVER };
      ids.with(parse(step.traceparent), () => tracer.startSpan("webhook", options, parent)).end();
    },
    traced: (work) => async (task, context) => {
      const parent = contextOf(context.traceparent);
      if (task.attempt === 1) waited(tracer, task, parent);
      const attempt = tracer.startSpan("task", { attributes: attributesOf(task) }, parent);
      const inside = trace.setSpan(ROOT_CONTEXT, attempt);
      const steps = new Steps(tracer, inside);
      try {
        const result = await work(task, {
          ...context,
          traceparent: toTraceparent(attempt.spanContext()),
          onEvent: (event) => {
            steps.see(event);
            context.onEvent(event);
          },
          keep: (event) => {
            steps.see(event);
            return context.keep(event);
          },
        });
        attempt.setStatus({ code: SpanStatusCode.OK });
        return result;
      } catch (error) {
        steps.end({ hasFailed: true });
        fail(attempt, error);
        throw error;
      } finally {
        steps.end({ hasFailed: false });
        attempt.end();
      }
    },
  };
}

/** From the acceptance of a task to its first start. */
function waited(tracer: Tracer, { created_at }: Task, parent: Context): void {
  tracer.startSpan("queue", { startTime: Date.parse(created_at) }, parent).end();
}

function attributesOf({ id, session_id, kind, attempt, event }: Task): Attributes {
  const { host, owner, name } = event.repository;
  return {
    "cicd.task.id": id,
    "cicd.session.id": session_id,
    "cicd.task.kind": kind,
    "cicd.task.attempt": attempt,
    "cicd.forge": event.forge,
    "cicd.repository": `${host}/${owner}/${name}`,
  };
}

/** By its code: a message may quote what somebody wrote. */
function fail(span: Span, thrown: unknown): void {
  const { code } = CicdError.from(thrown);
  span.setAttribute("error.type", code);
  span.setStatus({ code: SpanStatusCode.ERROR, message: code });
}

function contextOf(traceparent: string | undefined): Context {
  if (traceparent === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...parse(traceparent), isRemote: true });
}

function parse(traceparent: string): SpanContext {
  const [, traceId = "", spanId = "", flags = ""] = traceparent.split("-");
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

function toTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}
