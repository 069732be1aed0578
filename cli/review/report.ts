import { identify } from "#runner/publish/identity.ts";
import type { Reviewed } from "#runner/publish/published-review.ts";
import type { UntrustedText } from "#runner/publish/untrusted-text.ts";
import { type FailOn, rank, verdictOf } from "#runner/publish/verdict.ts";
import { CicdError } from "#shared/error.ts";
import type { Finding, Place } from "#shared/review.ts";
import type { OmittedFile, Usage } from "#shared/task.ts";

/** A review for people and programs outside a forge; the schema of `--format json`. */
export interface Report {
  /** Null when only a diff was given. */
  readonly head_sha: string | null;
  readonly state: "clean" | "found" | "blocked";
  /** How many findings of what severity. */
  readonly title: string;
  readonly summary: string;
  /** Worst first. */
  readonly findings: readonly ReportedFinding[];
  /** Where it is not empty, this is no review of the whole change. */
  readonly omitted_files: readonly OmittedFile[];
  /** It was made before, of the same change, by the runner that was asked. */
  readonly cached: boolean;
  /** Null where nothing was to be reviewed. */
  readonly usage: Usage | null;
}

/** A finding with the line that it is shown at. */
export interface ReportedFinding extends Finding {
  /** A line that the change adds or changes; null when the diff does not show what it is about. */
  readonly shown_at: { readonly path: string; readonly line: number } | null;
  /** The same for the same trouble after lines have moved; null without a place. */
  readonly fingerprint: string | null;
}

/**
 * Makes the report of a review: secrets and invisible characters are taken out of what the model
 * wrote.
 * @throws CicdError `internal` for a result that is no review.
 */
export function reportOf(
  { result, places }: Reviewed,
  { text, failOn }: { readonly text: UntrustedText; readonly failOn: FailOn },
): Report {
  if (result.kind !== "review") {
    throw new CicdError("internal", `Cannot show result: it is of kind ${result.kind}`);
  }
  const { review, head_sha, omitted_files = [], cached = false, usage } = result;
  const findings = review.findings
    .map((finding, index) => reported(finding, places[index] ?? null, text))
    .sort((one, other) => rank(one.severity) - rank(other.severity));
  return {
    head_sha: /^[0-9a-f]{40,64}$/.test(head_sha) ? head_sha : null,
    ...verdictOf(review, failOn),
    summary: text.verbatim(review.summary),
    findings,
    omitted_files: omitted_files.map(({ path, reason }) => ({ path: text.verbatim(path), reason })),
    cached,
    usage,
  };
}

/** What is reported of a change that is none. */
export const emptyReport: Report = {
  head_sha: null,
  state: "clean",
  title: "Nothing to review",
  summary: "The change is empty.",
  findings: [],
  omitted_files: [],
  cached: false,
  usage: null,
};

function reported(finding: Finding, place: Place | null, text: UntrustedText): ReportedFinding {
  const { severity, category, line, suggestion } = finding;
  return {
    severity,
    category,
    file: text.plain(finding.file, longestPath),
    line,
    message: text.verbatim(finding.message),
    suggestion: suggestion === null ? null : text.verbatim(suggestion),
    shown_at: place && { path: text.plain(place.path, longestPath), line: place.line },
    fingerprint: place && identify(finding, place).code,
  };
}

const longestPath = 4096;
