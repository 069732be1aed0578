import { CicdError } from "#shared/error.ts";
import type { Forge } from "#shared/event.ts";

/** A webhook of a forge. */
interface Listed {
  readonly id: string;
  readonly url: string;
}

/**
 * The ids of those webhooks of `name` that lead to this edge.
 * @throws CicdError `forge_refused` when none does.
 */
export type LeadsHere = (name: string, hooks: readonly Listed[]) => string[];

/** Tells them by the public address of the edge, or where that is not known by the path alone. */
export function leadsHere(forge: Forge, publicUrl: string | undefined): LeadsHere {
  const path = `/webhooks/${forge}`;
  const door = publicUrl === undefined ? undefined : `${publicUrl.replace(/\/+$/, "")}${path}`;
  const isOurs = ({ url }: Listed) => {
    const [bare = ""] = url.split(/[?#]/);
    return door === undefined ? bare.endsWith(path) : bare === door;
  };
  return (name, hooks) => {
    const ids = hooks.filter(isOurs).map(({ id }) => id);
    if (ids.length > 0) return ids;
    throw new CicdError("forge_refused", `Cannot find webhook of ${name}: none leads here`, {
      hint: `Make one whose URL ends with ${path}, or name its id: ${name}#<id>`,
    });
  };
}
