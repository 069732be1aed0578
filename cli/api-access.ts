import { type Command, Option } from "commander";
import { type Client, createClient } from "#client/client.ts";
import { CicdError } from "#shared/error.ts";
import { configuredEdge, type SettingsSource } from "./settings.ts";

/** What commands that ask the API are given. */
export interface ApiFlags {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** Adds the options by which a command reaches the API. */
export function withApi(command: Command): Command {
  return command
    .addOption(
      new Option("--url <origin>", "where the edge is; default: as configured").env(
        "CICD_RUNNER_URL",
      ),
    )
    .addOption(
      new Option(
        "--token <token>",
        "of the API; others of this machine see what is given here",
      ).env("CICD_RUNNER_TOKEN"),
    )
    .option("--json", "print data");
}

/**
 * Where the edge is that a command asks.
 * @throws CicdError `config_invalid` for what is no URL.
 */
export async function edgeOrigin({ url }: ApiFlags, source: () => SettingsSource): Promise<string> {
  const origin = url ?? (await configuredEdge(source()));
  if (URL.canParse(origin) && /^https?:$/.test(new URL(origin).protocol)) return origin;
  throw new CicdError("config_invalid", `Cannot ask edge: ${origin} is no URL`, {
    hint: "Give --url https://reviews.example.com",
  });
}

/**
 * The API as a command asks it.
 * @throws CicdError `config_invalid` without a token.
 */
export async function openClient(flags: ApiFlags, source: () => SettingsSource): Promise<Client> {
  const url = await edgeOrigin(flags, source);
  const { token } = flags;
  if (token !== undefined && token !== "") return createClient({ url, token });
  throw new CicdError("config_invalid", "Cannot ask edge: CICD_RUNNER_TOKEN is not set", {
    hint: "Make a token with `cicd-runner token --scope write`, and set CICD_RUNNER_TOKEN to it",
  });
}
