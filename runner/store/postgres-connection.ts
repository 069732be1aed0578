import { type ClientBase, type ClientConfig, type CustomTypesConfig, types } from "pg";
import { CicdError, reasonOf } from "#shared/error.ts";
import { schemaName } from "./postgres-schema.ts";

/** How long a statement may take, in milliseconds; a host that hangs lets go of its locks after it. */
const patience = 20_000;

/** How every connection to the database of a URL is made. */
export function connectionConfig(url: string): ClientConfig {
  const target = new URL(url);
  const given = target.searchParams.get("options");
  const options = [...(given === null ? [] : [given]), `-c search_path=${schemaName}`];
  target.searchParams.set("options", options.join(" "));
  return {
    connectionString: target.href,
    application_name: "cicd-runner",
    connectionTimeoutMillis: 5000,
    statement_timeout: patience,
    idle_in_transaction_session_timeout: patience,
    // Behind the server's own limit: for a server that is silent.
    query_timeout: patience + 5000,
    keepAlive: true,
    // One that only listens would hear nothing for the system's two hours when the way is cut.
    keepAliveInitialDelayMillis: 10_000,
    types: numbers,
  };
}

/** What the database answers to a statement; `sql` has `$1` and so on. */
export async function query(
  client: ClientBase,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  try {
    const { rows } = await client.query({ name: nameOf(sql), text: sql, values: [...values] });
    return rows;
  } catch (error) {
    throw storeError(error);
  }
}

const names = new Map<string, string>();

/** A statement with a name is planned once for each connection. There are as many as in the source. */
function nameOf(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = `s${names.size}`;
  names.set(sql, name);
  return name;
}

/** An error of the database, or of the way to it, as one of ours. Nothing of the URL is in it. */
export function storeError(cause: unknown): CicdError {
  if (cause instanceof CicdError) return cause;
  const why = reasonOf(cause);
  return new CicdError("store_unavailable", `Cannot use store: ${why}`, {
    cause,
    hint: "Check that the PostgreSQL server of runner.store runs and has room",
    retryAfter: 10,
  });
}

/** The SQLSTATE of an error that {@link storeError} has made. */
export function sqlStateOf(error: unknown): string | undefined {
  const cause = error instanceof CicdError ? error.cause : undefined;
  if (!(cause instanceof Error && "code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}

/** Whole numbers of 64 bits as numbers: ours are counts and times, which fit. */
const numbers: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format),
};
