import { styleText } from "node:util";
import { severityColours } from "../severity-colours.ts";
import type { Report, ReportedFinding } from "./report.ts";

/** A report as a person reads it; colours where `isColoured`. */
export function reportForTerminal(report: Report, isColoured: boolean): string {
  const style: Style = (format, text) =>
    isColoured ? styleText(format, text, { validateStream: false }) : text;
  const { title, summary, findings, omitted_files, cached, usage } = report;
  const elsewhere = findings.filter((finding) => finding.shown_at === null);
  return [
    style("bold", title),
    ...(cached ? ["This very change was reviewed before: --force asks the model again."] : []),
    summary,
    ...findings
      .filter((finding) => finding.shown_at !== null)
      .map((finding) => findingText(finding, style)),
    ...(elsewhere.length === 0 ? [] : ["Not on a line that this change shows:"]),
    ...elsewhere.map((finding) => findingText(finding, style)),
    ...(omitted_files.length === 0
      ? []
      : [
          `Not reviewed: ${omitted_files.map(({ path, reason }) => `${path} (${reason})`).join(", ")}`,
        ]),
    ...(usage === null
      ? []
      : [
          style(
            "dim",
            `${usage.input_tokens + usage.cache_creation_input_tokens} tokens in, ${usage.cache_read_input_tokens} from the cache, ${usage.output_tokens} out, ${usage.cost_usd.toFixed(4)} USD`,
          ),
        ]),
  ].join("\n\n");
}

type Style = (format: "bold" | "dim" | "red" | "yellow" | "cyan", text: string) => string;

function findingText(finding: ReportedFinding, style: Style): string {
  const { severity, category, file, line, message, suggestion, shown_at } = finding;
  const place = shown_at ?? { path: file, line };
  const where = place.line === null ? place.path : `${place.path}:${place.line}`;
  const about = place.line === line || line === null ? "" : ` (line ${line})`;
  return [
    `${where}: ${style(severityColours[severity], severity)} ${category}${about}`,
    indented(message),
    ...(suggestion === null || suggestion.trim() === ""
      ? []
      : ["  Suggestion:", indented(suggestion, 4)]),
  ].join("\n");
}

function indented(text: string, by = 2): string {
  return text.trimEnd().replaceAll(/^/gm, " ".repeat(by));
}
