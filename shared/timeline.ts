import * as z from "zod";

/**
 * What time goes into: `wait` in the queue, `fetch` of commits and diff, `start` of the process,
 * `turn` of the model, `ask` while people decide about a tool, within a turn; `publish` on the page,
 * `pause` before another attempt.
 */
export const TimelineStep = z.enum(["wait", "fetch", "start", "turn", "ask", "publish", "pause"]);
/** {@link TimelineStep} as a type. */
export type TimelineStep = z.infer<typeof TimelineStep>;

/** One stretch of a task's time; `to` is null while it goes on. */
export const TimelineSpan = z.object({
  step: TimelineStep,
  /** 0 before the first. */
  attempt: z.int().nonnegative(),
  from: z.iso.datetime(),
  to: z.iso.datetime().nullable(),
});
/** {@link TimelineSpan} as a type. */
export type TimelineSpan = z.infer<typeof TimelineSpan>;

/** `GET /v1/tasks/{id}/timeline`: steps may overlap, as a start and a fetch do; by their begin. */
export const Timeline = z.object({
  from: z.iso.datetime(),
  /** Null while the task has not ended. */
  to: z.iso.datetime().nullable(),
  /** Empty where the journal was shortened. */
  spans: z.array(TimelineSpan),
});
/** {@link Timeline} as a type. */
export type Timeline = z.infer<typeof Timeline>;
