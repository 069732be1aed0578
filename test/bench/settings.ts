import { randomBytes } from "node:crypto";
import { Config } from "#cli/config.ts";
import { readConfig } from "#shared/config.ts";
import { claudeCli } from "../claude-cli.ts";

/** What differs between the products of a run. */
export interface Settings {
  readonly stateDir: string;
  /** Address of the model's API. */
  readonly apiUrl: string;
  /** How many processes wait for new pull requests; default 0. */
  readonly spares?: number | undefined;
}

/** The configuration of a product: what it has by itself, on free ports and with fresh secrets. */
export function readSettings({ stateDir, apiUrl, spares = 0 }: Settings): Config {
  return readConfig(
    Config,
    {
      port: 0,
      github: { webhook_secret: [randomBytes(32).toString("hex")] },
      runner_secret: [randomBytes(32).toString("hex")],
      edge: { state_dir: stateDir },
      runner: { port: 0, state_dir: stateDir, clone_protocols: ["file"] },
      async: { min_idle_sessions: spares },
      claude: { cli_path: claudeCli },
      anthropic: { api_key: "stand-in", base_url: apiUrl },
    },
    {},
  );
}
