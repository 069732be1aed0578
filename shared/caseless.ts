import type { Repository } from "./event.ts";

/** What a repository is known by. */
type Name = Pick<Repository, "host" | "owner" | "name">;

/** The one spelling of a repository's name: no forge tells names apart by their case. */
export function caseless({ host, owner, name }: Name): Name {
  return { host: host.toLowerCase(), owner: owner.toLowerCase(), name: name.toLowerCase() };
}
