import type { Finding } from "#shared/review.ts";

/** Findings of a scripted model about the scene's one file. */
export const twice: Partial<Finding> = { message: "It charges twice.", line: 2 };
export const untested: Partial<Finding> = {
  severity: "medium",
  category: "test",
  message: "Nobody tests it.",
  line: 3,
};
/** About the file as a whole. */
export const whole: Partial<Finding> = {
  severity: "low",
  category: "docs",
  line: null,
  message: "Say what it does.",
};
