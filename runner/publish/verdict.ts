import { type Review, Severity } from "#shared/review.ts";
import type { Report } from "../forge/page.ts";

/** The least severity that makes the check fail. */
export type FailOn = "high" | "medium" | "low" | "never";

/** What a review means for its pull request, and in a few words why. */
export function verdictOf(
  { findings }: Review,
  failOn: FailOn,
): { readonly state: Extract<Report["state"], "clean" | "found" | "blocked">; title: string } {
  if (findings.length === 0) return { state: "clean", title: "No findings" };
  const isBlocked =
    failOn !== "never" && findings.some(({ severity }) => rank(severity) <= rank(failOn));
  const noun = findings.length === 1 ? "finding" : "findings";
  const counts = Severity.options.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return {
    state: isBlocked ? "blocked" : "found",
    title: `${findings.length} ${noun}: ${counts.join(", ")}`,
  };
}

/** 0 for the worst. */
export function rank(severity: Severity): number {
  return Severity.options.indexOf(severity);
}
