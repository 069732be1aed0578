import { open } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import * as z from "zod";
import { postgresVersion, schemaName } from "#runner/store/postgres-schema.ts";
import { sqliteVersion } from "#runner/store/sqlite-schema.ts";
import { reasonOf } from "#shared/error.ts";
import { type Check, type Finding, fail, ok } from "./check.ts";

/** Whether the store can be opened, and has a version that this program knows. Nothing is changed. */
export function storeCheck({
  store,
  state_dir,
}: {
  readonly store?: string | undefined;
  readonly state_dir: string;
}): Check {
  return {
    name: "Store",
    run: async (signal) =>
      store === undefined
        ? await sqlite(join(state_dir, "cicd-runner.db"))
        : await postgres(store, signal),
  };
}

/** Opening it would leave files behind that belong to whoever runs this, so its head is read alone. */
async function sqlite(file: string): Promise<Finding> {
  const head = Buffer.alloc(100);
  try {
    await using handle = await open(file, "r");
    await handle.read(head, 0, head.length, 0);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing) return ok(`${file} is made at the first start`);
    return fail(`Cannot read ${file}: ${error}`, "Run this as the user of the runner");
  }
  if (head.every((byte) => byte === 0)) return ok(`${file} is new`);
  if (head.toString("latin1", 0, 15) !== "SQLite format 3") {
    return fail(`${file} is no SQLite database`, "Restore it from a backup");
  }
  return ofVersion(`SQLite ${file}`, head.readUInt32BE(userVersionAt), sqliteVersion);
}

/** Where `PRAGMA user_version` is in the file. Source: sqlite.org/fileformat.html. */
const userVersionAt = 60;

async function postgres(connectionString: string, signal: AbortSignal): Promise<Finding> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  // Told of by the query that it ends.
  client.on("error", () => {});
  const end = () => void client.end();
  signal.addEventListener("abort", end);
  try {
    await client.connect();
    const name = `${schemaName}.migration`;
    const known = await client.query("SELECT to_regclass($1) AS name", [name]);
    if (Rows.parse(known.rows)[0]?.name == null)
      return ok("PostgreSQL; its tables are made at the first start");
    const { rows } = await client.query(`SELECT max(version) AS version FROM ${name}`);
    return ofVersion("PostgreSQL", Rows.parse(rows)[0]?.version ?? 0, postgresVersion);
  } catch (error) {
    const why = reasonOf(error);
    return fail(`Cannot use PostgreSQL: ${why}`, "Check runner.store (CICD_STORE) and the server");
  } finally {
    signal.removeEventListener("abort", end);
    await client.end().catch(() => {});
  }
}

const Rows = z.array(
  z.object({ name: z.string().nullish(), version: z.coerce.number().nullish() }),
);

function ofVersion(what: string, version: number, known: number): Finding {
  if (version > known) {
    const message = `${what} has version ${version}, this program knows ${known}`;
    return fail(message, "Run the newer release of cicd-runner");
  }
  const rest = version < known ? `, brought to ${known} at the next start` : "";
  return ok(`${what}, version ${version}${rest}`);
}
