import { CicdError } from "#shared/error.ts";
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

/** What a running host goes by of its settings, as they are now. */
export class ReloadableSettings {
  readonly #lasting: Lasting;
  readonly #changeKey: Connector["changeKey"];
  #current: Changeable;

  /** @throws CicdError `config_invalid` when the settings can't be used. */
  constructor(
    settings: RunnerConfig,
    { changeKey, ...lasting }: Lasting & Pick<Connector, "changeKey">,
  ) {
    this.#lasting = lasting;
    this.#changeKey = changeKey;
    this.#current = changeable(settings, lasting);
  }

  /** What they make. */
  get current(): Changeable {
    return this.#current;
  }

  /**
   * Whether a setting is taken anew, by its key. The key of the model's API only where a broker has
   * it.
   */
  isReloadable(key: string): boolean {
    if (key === "anthropic.api_key") return this.#changeKey !== undefined;
    return reloadable.some((name) => key === name || key.startsWith(`${name}.`));
  }

  /**
   * Makes new settings ready; what is returned puts them in force.
   * @throws CicdError `config_invalid` when they can't be used: then nothing has changed.
   */
  prepare(settings: RunnerConfig): () => void {
    const { api_key: key } = settings.anthropic;
    if (key === undefined && this.#changeKey !== undefined) throw keyGone();
    const changed = changeable(settings, this.#lasting);
    return () => {
      if (key !== undefined) this.#changeKey?.(key);
      this.#current = changed;
    };
  }
}

function keyGone(): CicdError {
  const message = "Cannot take settings without anthropic.api_key: processes that run need it";
  return new CicdError("config_invalid", message, { hint: "Restart the runner to do without" });
}
