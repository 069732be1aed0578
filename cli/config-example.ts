import { stringify } from "yaml";
import * as z from "zod";
import { type Setting, settingsOf, unwrap } from "#shared/setting.ts";
import { Config } from "./config.ts";
import { schemaFileName } from "./config-schema.ts";

/** How long a line may be. */
const width = 100;

/**
 * A `cicd-runner.yaml` that holds every setting with its default, and says what each is; those
 * without a default are commented out.
 * @param schema where editors find the schema: a path from the file, or a URL.
 */
export function configExample(schema = `./${schemaFileName}`): string {
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    ...comment(
      "Every setting of cicd-runner with its default: keep what you change, and leave out the rest. " +
        "Each has a variable too, which goes before this file.",
      "",
    ),
  ];
  let above: readonly string[] = [];
  for (const setting of settingsOf(Config)) {
    const sections = setting.path.slice(0, -1);
    lines.push("", ...headings(sections, above), ...entry(setting, indentOf(sections)));
    above = sections;
  }
  return `${lines.join("\n")}\n`;
}

/** The headings that a setting needs below those of the one before it. */
function headings(sections: readonly string[], above: readonly string[]): string[] {
  const shared = sections.findIndex((name, depth) => name !== above[depth]);
  const from = shared === -1 ? sections.length : shared;
  return sections
    .slice(from)
    .map((name, depth) => `${indentOf(sections.slice(0, from + depth))}${name}:`);
}

function entry(setting: Setting, indent: string): string[] {
  const key = setting.path.at(-1) ?? "";
  const variables = setting.variables.map((name) =>
    setting.isSecret ? `${name}, ${name}_FILE` : name,
  );
  return [
    ...comment(`${setting.description}.${choices(setting)}`, indent),
    ...comment(variables.join(", "), indent),
    ...(setting.fallback === undefined
      ? [`${indent}# ${key}: ...`]
      : assignment(key, setting.fallback, indent)),
  ];
}

function choices({ schema }: Setting): string {
  const isList = schema instanceof z.ZodArray;
  const one = isList ? unwrap(schema.element) : schema;
  if (!(one instanceof z.ZodEnum)) return "";
  return ` ${isList ? "Any" : "One"} of: ${one.options.join(", ")}.`;
}

/** A list on one line where it fits. */
function assignment(key: string, value: unknown, indent: string): string[] {
  const [flow, block] = [{ collectionStyle: "flow" as const }, {}].map((style) =>
    stringify({ [key]: value }, { ...style, lineWidth: 0, flowCollectionPadding: false }),
  );
  const short = flow?.trim().replace(/^\{(.*)\}$/s, "$1") ?? "";
  const lines = indent.length + short.length <= width ? [short] : (block ?? "").trim().split("\n");
  return lines.map((line) => indent + line);
}

function comment(text: string, indent: string): string[] {
  const room = width - indent.length - "# ".length;
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines.map((line) => `${indent}# ${line}`);
}

function indentOf(sections: readonly string[]): string {
  return "  ".repeat(sections.length);
}
