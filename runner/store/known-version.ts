import { CicdError } from "#shared/error.ts";

/**
 * Checks that this program knows the version of a database; `key` is the setting that names it.
 * @throws CicdError `config_invalid` when a newer program wrote it.
 */
export function requireKnownVersion(version: number, known: number, key: string): void {
  if (version <= known) return;
  throw new CicdError(
    "config_invalid",
    `Cannot open store: it has version ${version}, this program knows ${known}`,
    { hint: `Run the newer release of cicd-runner, or point ${key} elsewhere` },
  );
}
