import type { ClientBase } from "pg";
import { query } from "./postgres-connection.ts";
import type { Request, Row, Work } from "./work.ts";

/** Runs logic over a connection. */
export async function drive<T>(client: ClientBase, work: Work<T>): Promise<T> {
  let step = work.next([]);
  while (!step.done) step = work.next(await answer(client, step.value));
  return step.value;
}

async function answer(client: ClientBase, request: Request): Promise<readonly Row[]> {
  if (request.kind === "statement") {
    return query(client, translated(request.sql), request.values);
  }
  return query(client, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [request.name]);
}

const translations = new Map<string, string>();

/** Numbered placeholders, and no hints to SQLite's planner. */
function translated(sql: string): string {
  const known = translations.get(sql);
  if (known !== undefined) return known;
  let count = 0;
  const text = sql.replaceAll(/ INDEXED BY \w+/g, "").replaceAll("?", () => {
    count += 1;
    return `$${count}`;
  });
  translations.set(sql, text);
  return text;
}
