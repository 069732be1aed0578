import * as z from "zod";
import { Config } from "#cli/config.ts";

const Property = z.looseObject({
  description: z.string().default(""),
  env: z.array(z.string()).default([]),
  default: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

/** The settings as the table of docs/configuration.md: a row for each, from the schema itself. */
export function configTable(): string {
  const schema = Property.parse(z.toJSONSchema(Config, { io: "input", unrepresentable: "any" }));
  const header = ["| key | variable | default | what it is |", "| --- | --- | --- | --- |"];
  return [...header, ...rows(schema, [])].join("\n");
}

function rows({ properties = {} }: z.infer<typeof Property>, path: readonly string[]): string[] {
  return Object.entries(properties).flatMap(([key, value]) => {
    const property = Property.parse(value);
    const here = [...path, key];
    if (property.properties !== undefined) return rows(property, here);
    const variables = new Set([...property.env, here.join("_").toUpperCase()]);
    const names = [...variables].map(code).join(", ");
    const description = property.description.replaceAll("<", "&lt;");
    return [`| ${code(here.join("."))} | ${names} | ${shown(property.default)} | ${description} |`];
  });
}

function shown(value: unknown): string {
  const text = Array.isArray(value) ? value.join(" ") : String(value ?? "");
  return text === "" ? "" : code(text);
}

function code(text: string): string {
  return `\`${text}\``;
}
