import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { CicdError } from "#shared/error.ts";
import { configFileName, configVariable } from "../config-file.ts";
import { configSchema, schemaFileName } from "../config-schema.ts";
import { createToken } from "../token.ts";
import type { Answers } from "./answers.ts";

/** A file of a first configuration. */
export interface InitFile {
  readonly name: string;
  readonly content: string;
  readonly mode: number;
}

/** A first configuration, and what only this run knows of it. */
export interface FirstConfig {
  readonly files: readonly InitFile[];
  /** The file that holds the secrets. */
  readonly secretsFile: string;
  /** Of the API, with all rights. */
  readonly apiToken: string;
  readonly webhookSecret: string;
  /** The secret end of the webhook's path, where the forge's has one. */
  readonly pathSegment: string | undefined;
}

const root = new URL("../../", import.meta.url);
const units = ["cicd-runner@.service", "cicd-edge.service", "cicd-edge.socket"];

/**
 * Makes up secrets and the files that hold them, for a folder. What is no secret is in a configuration
 * file, or beside the secrets where systemd runs the program, in whose folder no file is looked for.
 * Otherwise the variables name the file: a command that shows something takes none that lies around.
 * @throws CicdError `invalid_request` for what a file of variables can't hold.
 */
export async function firstConfig(answers: Answers, folder: string): Promise<FirstConfig> {
  const { forge, systemd } = answers;
  const { token: apiToken, entry } = createToken("admin");
  const webhookSecret = randomBytes(32).toString("hex");
  const pathSegment = forge === "gitee" ? randomBytes(24).toString("hex") : undefined;
  const upper = forge.toUpperCase();
  const secrets = {
    [`${upper}_WEBHOOK_SECRET`]: webhookSecret,
    ...(pathSegment !== undefined && { [`${upper}_PATH_SEGMENT`]: pathSegment }),
    RUNNER_SECRET: randomBytes(32).toString("hex"),
    ANTHROPIC_API_KEY: answers.apiKey ?? "",
    [`${upper}_TOKEN`]: answers.forgeToken ?? "",
  };
  const secretsFile = systemd ? "service.env" : "cicd-runner.env";
  const shared = { apiToken, webhookSecret, pathSegment, secretsFile };
  if (!systemd) {
    const files = [
      {
        name: secretsFile,
        content: variables({ [configVariable]: join(folder, configFileName), ...secrets }),
        mode: 0o600,
      },
      { name: configFileName, content: settings(answers, entry), mode: 0o644 },
      {
        name: schemaFileName,
        content: `${JSON.stringify(configSchema(), null, 2)}\n`,
        mode: 0o644,
      },
    ];
    return { ...shared, files };
  }
  const environment = {
    ...places(),
    ...secrets,
    API_TOKENS: entry,
    ...(answers.publicUrl !== undefined && { EDGE_PUBLIC_URL: answers.publicUrl }),
    ...(answers.host !== undefined && { [`${upper}_HOST`]: answers.host }),
  };
  const files = [{ name: secretsFile, content: variables(environment), mode: 0o600 }];
  for (const name of units) {
    const content = await readFile(new URL(`deploy/systemd/${name}`, root), "utf8");
    files.push({ name: `systemd/${name}`, content, mode: 0o644 });
  }
  return { ...shared, files };
}

function settings({ forge, host, publicUrl }: Answers, entry: string): string {
  const content = stringify({
    ...(host !== undefined && { [forge]: { host } }),
    edge: {
      ...(publicUrl !== undefined && { public_url: publicUrl }),
      api_tokens: [entry],
    },
  });
  return [
    `# yaml-language-server: $schema=./${schemaFileName}`,
    "# `cicd-runner config example` shows all settings, `cicd-runner config check` what is set.",
    "# Secrets are in cicd-runner.env.",
    content,
  ].join("\n");
}

/** Where the units find the program and the CLI. */
function places(): Record<string, string> {
  return {
    CICD_RUNNER_HOME: fileURLToPath(root).replace(/\/$/, ""),
    CICD_RUNNER_NODE: process.execPath,
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
  };
}

/** As systemd reads it, a shell, and `node --env-file`. */
function variables(values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoted(name, value)}`);
  return `# Holds secrets: nobody else may read it, and it belongs into no repository.\n${lines.join("\n")}\n`;
}

/** Single quotes are the one way to write a text that all of those take for the same, as it is. */
function quoted(name: string, value: string): string {
  if (/^[A-Za-z0-9_.:/+=@-]*$/.test(value)) return value;
  if (!/['\p{Cc}]/u.test(value)) return `'${value}'`;
  throw new CicdError("invalid_request", `Cannot write ${name}: ${JSON.stringify(value)}`, {
    hint: "A file of variables takes no single quotes and no line breaks: name another place or value",
  });
}
