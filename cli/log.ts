import { type DestinationStream, type Logger, pino } from "pino";
import { redactor } from "#runner/publish/redact.ts";
import { secretsOf } from "#runner/secrets-of.ts";
import type { Environment } from "#shared/config.ts";
import { Config } from "./config.ts";

/** What a field is called that nobody should read, in requests that errors of libraries bring along. */
const secretNames = [
  ...["authorization", "cookie", "set-cookie", "x-api-key", "private-token", "proxy-authorization"],
  ...["token", "password", "secret", "api_key", "private_key"],
];
/** How deep such a field is looked for: `err.request.headers.authorization` is the deepest known. */
const depths = ["", "*.", "*.*.", "*.*.*."];

/**
 * The log of the program: a JSON object a line. The secrets of its settings, what has the shape of
 * one, and fields that are named like one are `***` in it; so are those of former settings.
 */
export function createLog(
  settings: () => Config,
  environment: Environment,
  destination: DestinationStream = pino.destination(1),
): Logger {
  const secrets = new Set<string>();
  let known: Config | undefined;
  let redact = redactor([]);
  const learn = () => {
    const config = settings();
    if (config === known) return;
    known = config;
    for (const secret of secretsOf(config, environment, Config)) {
      secrets.add(secret).add(escaped(secret));
    }
    redact = redactor([...secrets]);
  };
  learn();
  return pino(
    {
      name: "cicd-runner",
      level: settings().observability.log_level,
      redact: {
        paths: depths.flatMap((depth) => secretNames.map((name) => pathOf(depth, name))),
        censor: "***",
      },
      hooks: {
        streamWrite: (line) => {
          learn();
          if (redact(line) === line) return line;
          // Each text by itself: what is cut out must not take the line's own marks with it.
          const clean: unknown = JSON.parse(line, (_, value) =>
            typeof value === "string" ? redact(value) : value,
          );
          return `${JSON.stringify(clean)}\n`;
        },
      },
    },
    destination,
  );
}

function pathOf(depth: string, name: string): string {
  return /^\w+$/.test(name) ? `${depth}${name}` : `${depth.replace(/\.$/, "")}["${name}"]`;
}

/** As it stands in a line of JSON. */
function escaped(secret: string): string {
  return JSON.stringify(secret).slice(1, -1);
}
