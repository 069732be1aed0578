import { configExample } from "#cli/config-example.ts";
import { configSchema, schemaFileName } from "#cli/config-schema.ts";

/** The files at the top of the project that are made from the schema, by their names. */
export function configFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["cicd-runner.example.yaml", configExample()],
    [schemaFileName, `${JSON.stringify(configSchema(), null, 2)}\n`],
  ]);
}
