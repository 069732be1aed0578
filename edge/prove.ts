import { CicdError } from "#shared/error.ts";
import type { ScopedSecret } from "#shared/forge-config.ts";
import type { ForgeEvent } from "#shared/task-event.ts";
import type { ForgeAdapter, RawDelivery } from "./forge/forge.ts";
import type { ForgeSettings } from "./forge-settings.ts";

/** What a delivery is proved against. */
export interface ProofOptions extends Pick<ForgeSettings, "secrets" | "scoped"> {
  readonly adapter: ForgeAdapter;
  /** In epoch milliseconds. */
  readonly now: number;
  /** The payload, read when one of the scoped secrets is good: it tells whether that vouches for it. */
  readonly payload: () => unknown;
}

/**
 * Proves that a delivery comes from its forge.
 * @returns the path that the secret vouches for, in lower case; undefined for one that vouches for
 * everything.
 * @throws CicdError `unauthorized`.
 */
export function prove(delivery: RawDelivery, options: ProofOptions): string | undefined {
  const { adapter, secrets, scoped, now, payload } = options;
  try {
    adapter.verify(delivery, { secrets, now });
    return undefined;
  } catch (error) {
    if (scoped.length === 0) throw error;
    // By all of them, before the first look inside: to parse what anybody sends takes seconds, and a
    // gigabyte, where it is made for that.
    adapter.verify(delivery, { secrets: secretsOf(scoped), now });
    const path = claimed(adapter, payload);
    const candidates = scoped.filter(({ scope }) => path !== undefined && covers(scope, path));
    if (path === undefined || candidates.length === 0) throw error;
    adapter.verify(delivery, { secrets: secretsOf(candidates), now });
    return path;
  }
}

/**
 * Holds an event to the repository that its proof vouches for: all that is fetched or shown of it has
 * to lie there, or a secret of one repository could have another one fetched.
 * @throws CicdError `unauthorized`.
 */
export function holdTo(path: string, event: ForgeEvent): void {
  const { host, owner, name, clone_url } = event.repository;
  const clone = new URL(clone_url);
  const page = "pull_request" in event ? new URL(event.pull_request.url) : undefined;
  const isHeld =
    `${owner}/${name}`.toLowerCase() === path &&
    clone.host === host &&
    `${clone.username}${clone.password}${clone.search}${clone.hash}` === "" &&
    clone.pathname.toLowerCase().replace(/\.git$/, "") === `/${path}` &&
    (page === undefined || page.pathname.toLowerCase().startsWith(`/${path}/`));
  if (isHeld) return;
  throw new CicdError(
    "unauthorized",
    "Cannot accept webhook: its secret is of another repository",
    {
      hint: "A secret of `secrets` is good for repositories at /<owner>/<name> of their host alone",
    },
  );
}

function claimed(adapter: ForgeAdapter, payload: () => unknown): string | undefined {
  try {
    return adapter.claimedPath(payload())?.toLowerCase();
  } catch {
    return undefined;
  }
}

function secretsOf(scoped: readonly ScopedSecret[]): string[] {
  return [...new Set(scoped.map(({ secret }) => secret))];
}

function covers(scope: ScopedSecret["scope"], path: string): boolean {
  return path === scope || path.startsWith(`${scope}/`);
}
