/** Settings, or sections of them, that a running host takes anew. */
const reloadable = [
  ...["runner_secret", "github", "gitlab", "gitee", "gitea"],
  ...["github_token", "gitlab_token", "gitee_token", "gitea_token"],
  ...["publish", "review.context_lines", "review.exclude", "budget", "skills.test_paths"],
  ...["runner.clone_protocols", "runner.clone_private_hosts"],
  ...["runner.max_checkout", "runner.max_diff"],
  ...["claude.timeout", "claude.max_budget_usd"],
];

/**
 * Whether a running host takes a setting anew, by its key. The key of the model's API only where a
 * broker has it.
 */
export function isReloadable(key: string, { hasBroker }: { hasBroker: boolean }): boolean {
  if (key === "anthropic.api_key") return hasBroker;
  return reloadable.some((name) => key === name || key.startsWith(`${name}.`));
}
