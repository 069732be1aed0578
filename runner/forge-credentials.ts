import { CicdError } from "#shared/error.ts";
import { Forge } from "#shared/event.ts";
import type { RunnerConfig } from "./config.ts";

/** The user name that each forge wants with a token as password; most don't look at it. */
const users: Readonly<Record<Forge, string>> = {
  github: "x-access-token",
  gitlab: "oauth2",
  gitee: "oauth2",
  gitea: "oauth2",
};

/**
 * Says which credential git may show to a repository's server: the token of the forge that told of the
 * repository, to that forge's own host, over HTTPS alone. Who speaks for one forge can't have the
 * repositories of another one fetched with that one's token.
 * @throws CicdError `config_invalid` when a forge has a token but no host.
 */
export function forgeCredentials(
  config: RunnerConfig,
): (url: URL, forge: Forge) => Promise<string | undefined> {
  const tokens: Readonly<Record<Forge, string | undefined>> = {
    github: config.github_token,
    gitlab: config.gitlab_token,
    gitee: config.gitee_token,
    gitea: config.gitea_token,
  };
  const known = new Map<Forge, { readonly origin: string; readonly value: string }>();
  for (const forge of Forge.options) {
    const token = tokens[forge];
    if (token === undefined) continue;
    const { host } = config[forge];
    if (host === undefined) throw nowhere(forge);
    const pair = Buffer.from(`${users[forge]}:${token}`);
    const { origin } = new URL(`https://${host}`);
    known.set(forge, { origin, value: `Basic ${pair.toString("base64")}` });
  }
  return async ({ origin }, forge) => {
    const credential = known.get(forge);
    return credential?.origin === origin ? credential.value : undefined;
  };
}

function nowhere(forge: Forge): CicdError {
  return new CicdError("config_invalid", `Cannot use ${forge}_token: ${forge}.host is not set`, {
    hint: `Set ${forge.toUpperCase()}_HOST to the only host that the token may be sent to`,
  });
}
