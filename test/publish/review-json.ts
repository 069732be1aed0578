import type { Finding } from "#shared/review.ts";

/** A finding about line 2 of the file. */
export const usualFinding: Finding = {
  severity: "high",
  category: "bug",
  file: "src/pay.ts",
  line: 2,
  message: "It charges twice.",
  suggestion: null,
};

/** What a model answers with: the usual finding for each, but for what they say. */
export function reviewJson(findings: readonly Partial<Finding>[]): string {
  const whole = findings.map((finding) => ({ ...usualFinding, ...finding }));
  return JSON.stringify({ summary: "It pays.", findings: whole });
}
