import { CicdError } from "#shared/error.ts";
import type { Forge } from "#shared/event.ts";
import type { EdgeConfig } from "./config.ts";
import { isOneOf } from "./same-secret.ts";

/** What the edge knows the webhooks of one forge by. */
export interface ForgeSettings {
  /** None: the forge is not configured. */
  readonly secrets: readonly string[];
  /** The secret ends of the webhook's path, one of which must be there; none: it has no such end. */
  readonly segments: readonly string[];
}

/**
 * The settings of each forge.
 * @throws CicdError `config_invalid` when no forge has a secret: an open door is never served.
 */
export function forgeSettings(config: EdgeConfig): Readonly<Record<Forge, ForgeSettings>> {
  const { github, gitlab, gitee, gitea } = config;
  const forges = {
    github: { secrets: github.webhook_secret ?? [], segments: [] },
    gitlab: { secrets: gitlab.webhook_secret ?? [], segments: [] },
    gitee: { secrets: gitee.webhook_secret ?? [], segments: gitee.path_segment ?? [] },
    gitea: { secrets: gitea.webhook_secret ?? [], segments: [] },
  };
  if (Object.values(forges).some(({ secrets }) => secrets.length > 0)) return forges;
  throw new CicdError("config_invalid", "Cannot start edge: no webhook secret is set", {
    hint: `Set ${Object.keys(forges).map(secretVariable).join(", ")} to what the webhook was made with`,
  });
}

/**
 * Lets a request come to the forge that its path names.
 * @returns the forge's settings.
 * @throws CicdError `not_found` when the forge is not configured or its path has no further
 * segment, `unauthorized` when it needs one and this is none.
 */
export async function checkDoor(
  forge: Forge,
  settings: ForgeSettings,
  segment: string | undefined,
): Promise<ForgeSettings> {
  const { secrets, segments } = settings;
  if (secrets.length === 0) {
    throw new CicdError("not_found", `Cannot take webhook: ${forge} is not configured`, {
      hint: `Set ${secretVariable(forge)} on the edge to the secret of the webhook`,
    });
  }
  if (segments.length === 0) {
    if (segment === undefined) return settings;
    throw new CicdError("not_found", "Cannot take webhook: path is too long", {
      hint: `Send it to /webhooks/${forge}`,
    });
  }
  if (await isOneOf(segments, segment ?? "")) return settings;
  const what = segment === undefined ? "no secret segment in path" : "wrong segment in path";
  throw new CicdError("unauthorized", `Cannot accept webhook: ${what}`, {
    hint: `Send it to /webhooks/${forge}/<${forge}.path_segment>`,
  });
}

function secretVariable(forge: string): string {
  return `${forge.toUpperCase()}_WEBHOOK_SECRET`;
}
