import * as z from "zod";

/** Where something is in a trace, as the header `traceparent` has it. Source: W3C Trace Context. */
export const Traceparent = z
  .string()
  .regex(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/);

/** The step of a trace that brought a delivery. */
export const DeliveryTrace = z.object({
  /** Of the edge's own step: its trace, its id and its flags. */
  traceparent: Traceparent,
  /** The step that called the edge, where that said so. */
  parent: Traceparent.optional(),
});
/** {@link DeliveryTrace} as a type. */
export type DeliveryTrace = z.infer<typeof DeliveryTrace>;

/**
 * Makes a step of the edge: in the trace of who calls it, where `traceparent` names one, else in a
 * new one, which wants to be recorded.
 */
export function beginStep(traceparent: string | null): DeliveryTrace {
  const { data: parent } = Traceparent.safeParse(traceparent);
  const [, trace = randomTrace(), , flags = "01"] = parent?.split("-") ?? [];
  const step = { traceparent: `00-${trace}-${randomStep()}-${flags}` };
  return parent === undefined ? step : { ...step, parent };
}

// Of UUIDs, which come in stock: random bytes by themselves take as long as checking a signature.

function randomTrace(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** 16 digits, none of which tells the version or the variant. */
function randomStep(): string {
  const uuid = crypto.randomUUID();
  return uuid.slice(0, 8) + uuid.slice(-8);
}
