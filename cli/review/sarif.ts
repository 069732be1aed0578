import type { Log, ReportingDescriptor, Result } from "sarif";
import type { Report, ReportedFinding } from "./report.ts";

/** A report as SARIF 2.1.0, which code hosts and editors show beside the code. */
export function reportSarif({ head_sha, findings, summary }: Report, version: string): Log {
  const categories = [...new Set(findings.map(({ category }) => category))].sort();
  return {
    $schema:
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "cicd-runner",
            semanticVersion: version,
            rules: categories.map(toRule),
          },
        },
        invocations: [{ executionSuccessful: true }],
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => toResult(finding, categories)),
        properties: { summary, ...(head_sha !== null && { head_sha }) },
      },
    ],
  };
}

function toRule(category: string): ReportingDescriptor {
  return { id: category, shortDescription: { text: `Findings about: ${category}` } };
}

function toResult(finding: ReportedFinding, categories: readonly string[]): Result {
  const { category, severity, file, line, message, suggestion, shown_at, fingerprint } = finding;
  const isMoved = line !== null && line !== shown_at?.line;
  return {
    ruleId: category,
    ruleIndex: categories.indexOf(category),
    level: levels[severity],
    message: { text: isMoved ? `${message} (line ${line})` : message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(shown_at?.path ?? file), uriBaseId: "%SRCROOT%" },
          ...(shown_at !== null && { region: { startLine: shown_at.line } }),
        },
      },
    ],
    ...(fingerprint !== null && { partialFingerprints: { "codeOfFinding/v1": fingerprint } }),
    properties: { severity, ...(suggestion !== null && { suggestion }) },
  };
}

/** A path is relative whatever it looks like. */
function uriOf(path: string): string {
  return path.replace(/^\/+/, "").split("/").map(encodeURIComponent).join("/");
}

const levels = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
} as const;
