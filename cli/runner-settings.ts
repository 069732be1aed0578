import { forgeAccounts } from "#runner/forge-accounts.ts";
import { forgeCredentials } from "#runner/forge-credentials.ts";
import { loadSkills } from "#runner/skills/load-skills.ts";
import { taskSkills } from "#runner/skills/task-skills.ts";
import type { Config } from "./config.ts";

/**
 * Looks for what would stop a runner at its start, though each setting by itself is right.
 * @throws CicdError `config_invalid` as that start would.
 */
export async function checkRunnerSettings(config: Config): Promise<void> {
  forgeCredentials(config);
  forgeAccounts(config);
  taskSkills(await loadSkills(config.skills.dir), config.review.skills);
}
