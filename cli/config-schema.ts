import * as z from "zod";
import { settingsOf } from "#shared/setting.ts";
import { Config } from "./config.ts";

/** The name that editors find the schema by. */
export const schemaFileName = "cicd-runner.schema.json";

/** A part of a JSON schema, as far as it is changed here. */
const Part = z.looseObject({
  description: z.string().optional(),
  properties: z.record(z.string(), z.looseObject({})).optional(),
});

/**
 * What `cicd-runner.yaml` may hold, as a JSON schema for editors (draft 7). Nothing is required: the
 * environment may have it.
 */
export function configSchema(): object {
  const schema = z.toJSONSchema(Config, {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      for (const name of ["env", "secret", "required"]) delete jsonSchema[name];
      // A word of zod's own, beside a pattern that says the same.
      if (jsonSchema.format === "includes") delete jsonSchema.format;
      // A heading without keys is none.
      if (jsonSchema.type === "object") Object.assign(jsonSchema, { type: ["object", "null"] });
    },
  });
  const variables = new Map(
    settingsOf(Config).map(({ path, variables }) => [path.join("."), variables]),
  );
  return {
    ...withVariables(schema, [], variables),
    title: "cicd-runner.yaml",
    description: "Settings of cicd-runner; each has a variable too, which goes before the file",
  };
}

function withVariables(
  schema: unknown,
  path: readonly string[],
  variables: ReadonlyMap<string, readonly string[]>,
): object {
  const { properties, description, ...part } = Part.parse(schema);
  const names = variables.get(path.join("."));
  if (names !== undefined) {
    return { ...part, description: `${description ?? ""} (${names.join(", ")})` };
  }
  if (properties === undefined) return part;
  const inner = Object.entries(properties).map(([key, value]) => [
    key,
    withVariables(value, [...path, key], variables),
  ]);
  const { default: _, ...section } = part;
  return { ...section, properties: Object.fromEntries(inner) };
}
