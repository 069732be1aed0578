import type { FakeForge } from "../forges/page.ts";

/**
 * The comments of our account as a person reads them, a line each: where, what, and whether the
 * thread is settled. Commits are named as `names` says. The footer with the names of skills is left
 * out: it is the same everywhere.
 */
export function seen(fake: FakeForge, names: Readonly<Record<string, string>> = {}): string[] {
  const ours = fake.comments().filter(({ author }) => author === fake.self);
  return ours.map(({ at = "page", body, isSettled = false }) => {
    const text = body
      .replace(/^<!--.*-->\n/, "")
      .replace(/\n\n_By the skills? [^\n]*_$/, "")
      .replaceAll(/\s+/g, " ");
    return `${at}${isSettled ? " (settled)" : ""}: ${named(text, names)}`;
  });
}

/** The states of all commits, a line each. */
export function seenStates(fake: FakeForge, names: Readonly<Record<string, string>>): string[] {
  return fake
    .states()
    .map(({ sha, state, title }) => `${named(sha.slice(0, 8), names)}: ${state}, ${title}`);
}

function named(text: string, names: Readonly<Record<string, string>>): string {
  return Object.entries(names).reduce(
    (rest, [name, sha]) => rest.replaceAll(sha.slice(0, 8), name),
    text,
  );
}
