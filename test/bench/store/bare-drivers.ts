import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { Client } from "pg";
import { schemaName } from "#runner/store/postgres-schema.ts";
import type { BareDatabase, Statement } from "./bare.ts";

/**
 * `node:sqlite` over the tables of a store that is closed. What is durable is brought to the disk by
 * SQLite itself, as whoever uses it alone has it.
 */
export function openSqlite(folder: string): BareDatabase {
  const durable = openConnection(folder, "FULL");
  const relaxed = openConnection(folder, "NORMAL");
  return {
    transact: async ({ first, next, isRelaxed = false }) => {
      const { run } = isRelaxed ? relaxed : durable;
      run(["BEGIN IMMEDIATE"]);
      const [row] = run(first);
      for (const statement of next?.(row) ?? []) run(statement);
      run(["COMMIT"]);
    },
    [Symbol.asyncDispose]: async () => {
      for (const { database } of [relaxed, durable]) database.close();
    },
  };
}

function openConnection(folder: string, synchronous: "FULL" | "NORMAL") {
  const database = new DatabaseSync(join(folder, "cicd-runner.db"));
  database.exec(`PRAGMA synchronous = ${synchronous}`);
  const known = new Map<string, StatementSync>();
  const run = ([sql, ...values]: Statement) => {
    const statement = known.get(sql) ?? database.prepare(sql);
    known.set(sql, statement);
    return statement.all(...values);
  };
  return { database, run };
}

/** One connection of `pg` to the tables of a store. */
export async function openPostgres(url: string): Promise<BareDatabase> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`SET search_path = ${schemaName}`);
  const run = ([sql, ...values]: Statement) => client.query(numbered(sql), values);
  return {
    transact: async ({ first, next, isRelaxed = false }) => {
      await client.query(isRelaxed ? "BEGIN; SET LOCAL synchronous_commit = off" : "BEGIN");
      const { rows } = await run(first);
      for (const statement of next?.(rows[0]) ?? []) await run(statement);
      await client.query("COMMIT");
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll("?", () => {
    count += 1;
    return `$${count}`;
  });
}
