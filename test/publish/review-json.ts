import type { Finding } from "#shared/review.ts";

/** What a model answers with: findings about line 2 of the file unless they say something else. */
export function reviewJson(findings: readonly Partial<Finding>[]): string {
  const whole = findings.map((finding) => ({
    severity: "high",
    category: "bug",
    file: "src/pay.ts",
    line: 2,
    message: "It charges twice.",
    suggestion: null,
    ...finding,
  }));
  return JSON.stringify({ summary: "It pays.", findings: whole });
}
