import { CicdError } from "#shared/error.ts";
import { credentialsOf } from "./broker/credentials.ts";
import { type Changeable, changeable, type Lasting } from "./changeable.ts";
import type { RunnerConfig } from "./config.ts";
import type { Connector } from "./connect.ts";

/** Settings, or sections of them, that a running host takes anew. */
const reloadable = [
  ...["runner_secret", "github", "gitlab", "gitee", "gitea"],
  ...["github_token", "gitlab_token", "gitee_token", "gitea_token"],
  ...["publish", "review.context_lines", "review.exclude", "budget", "skills.test_paths"],
  ...["runner.clone_protocols", "runner.clone_private_hosts"],
  ...["runner.max_checkout", "runner.max_diff"],
  ...["claude.timeout", "claude.max_budget_usd"],
];

const credentialSettings = [
  "anthropic.api_key",
  "anthropic.auth_token",
  "anthropic.custom_headers",
];

/** What a running host goes by of its settings, as they are now. */
export class ReloadableSettings {
  readonly #lasting: Lasting;
  readonly #changeCredentials: Connector["changeCredentials"];
  #current: Changeable;

  /** @throws CicdError `config_invalid` when the settings can't be used. */
  constructor(
    settings: RunnerConfig,
    { changeCredentials, ...lasting }: Lasting & Pick<Connector, "changeCredentials">,
  ) {
    this.#lasting = lasting;
    this.#changeCredentials = changeCredentials;
    this.#current = changeable(settings, lasting);
  }

  /** What they make. */
  get current(): Changeable {
    return this.#current;
  }

  /**
   * Whether a setting is taken anew, by its key. The credentials of the model's API only where a
   * broker has them.
   */
  isReloadable(key: string): boolean {
    if (credentialSettings.includes(key)) return this.#changeCredentials !== undefined;
    return reloadable.some((name) => key === name || key.startsWith(`${name}.`));
  }

  /**
   * Makes new settings ready; what is returned puts them in force.
   * @throws CicdError `config_invalid` when they can't be used: then nothing has changed.
   */
  prepare(settings: RunnerConfig): () => void {
    const credentials = credentialsOf(settings.anthropic);
    if (credentials === undefined && this.#changeCredentials !== undefined) throw credentialsGone();
    const changed = changeable(settings, this.#lasting);
    return () => {
      if (credentials !== undefined) this.#changeCredentials?.(credentials);
      this.#current = changed;
    };
  }
}

function credentialsGone(): CicdError {
  const message = `Cannot take settings without ${credentialSettings.join(", ")}: processes that run need one`;
  return new CicdError("config_invalid", message, { hint: "Restart the runner to do without" });
}
