import { CicdError } from "#shared/error.ts";
import type { Forge } from "#shared/event.ts";
import type { ScopedSecret } from "#shared/forge-config.ts";
import type { EdgeConfig } from "./config.ts";
import { isOneOf } from "./same-secret.ts";

/** What the edge knows the webhooks of one forge by. */
export interface ForgeSettings {
  /** Those that vouch for everything. */
  readonly secrets: readonly string[];
  /** Those that vouch for an owner or a repository. None of both: the forge is not configured. */
  readonly scoped: readonly ScopedSecret[];
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
    github: secretsOf(github),
    gitlab: secretsOf(gitlab),
    gitee: { ...secretsOf(gitee), segments: gitee.path_segment ?? [] },
    gitea: secretsOf(gitea),
  };
  if (Object.values(forges).some(isConfigured)) return forges;
  throw new CicdError("config_invalid", "Cannot start edge: no webhook secret is set", {
    hint: `Set one of ${Object.keys(forges).map(secretVariable).join(", ")} to what the webhook was made with`,
  });
}

/**
 * Lets a request come to the forge that its path names.
 * @returns the forge's settings.
 * @throws CicdError `not_found` when the forge is not configured or its path has no further
 * segment, `unauthorized` when it needs one and this is none.
 */
export function checkDoor(
  forge: Forge,
  settings: ForgeSettings,
  segment: string | undefined,
): ForgeSettings {
  const { segments } = settings;
  if (!isConfigured(settings)) {
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
  if (isOneOf(segments, segment ?? "")) return settings;
  const what = segment === undefined ? "no secret segment in path" : "wrong segment in path";
  throw new CicdError("unauthorized", `Cannot accept webhook: ${what}`, {
    hint: `Send it to /webhooks/${forge}/<${forge}.path_segment>`,
  });
}

function secretsOf({
  webhook_secret = [],
  secrets = [],
}: Pick<EdgeConfig["github"], "webhook_secret" | "secrets">): ForgeSettings {
  return { secrets: webhook_secret, scoped: secrets, segments: [] };
}

function isConfigured({ secrets, scoped }: ForgeSettings): boolean {
  return secrets.length + scoped.length > 0;
}

function secretVariable(forge: string): string {
  return `${forge.toUpperCase()}_WEBHOOK_SECRET`;
}
