import { Config } from "#cli/config.ts";
import { type Setting, settingsOf } from "#shared/setting.ts";

/** The settings as the table of docs/configuration.md: a row for each, from the schema itself. */
export function configTable(): string {
  const header = ["| key | variable | default | what it is |", "| --- | --- | --- | --- |"];
  return [...header, ...settingsOf(Config).map(row)].join("\n");
}

function row({ path, variables, description, fallback }: Setting): string {
  const names = variables.map(code).join(", ");
  const what = description.replaceAll("<", "&lt;");
  return `| ${code(path.join("."))} | ${names} | ${shown(fallback)} | ${what} |`;
}

function shown(value: unknown): string {
  const text = Array.isArray(value) ? value.join(" ") : String(value ?? "");
  return text === "" ? "" : code(text);
}

function code(text: string): string {
  return `\`${text}\``;
}
