import type { ClientBase } from "pg";
import { requireKnownVersion } from "./known-version.ts";

/** Where all tables are: others may be in the same database. */
export const schemaName = "cicd_runner";

/** Each entry takes the database one version further; entries are only ever added. */
const migrations = [
  `CREATE TABLE host(
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL, url TEXT, load TEXT NOT NULL,
     draining BIGINT NOT NULL, started_at BIGINT NOT NULL, seen_at BIGINT NOT NULL
   );

   -- How often each was served, for fairness between them.
   CREATE TABLE repository(id TEXT PRIMARY KEY, served BIGINT NOT NULL);
   CREATE INDEX repository_served ON repository(served);

   CREATE TABLE session(
     id TEXT PRIMARY KEY,
     forge TEXT NOT NULL, host TEXT NOT NULL, owner TEXT NOT NULL, repository TEXT NOT NULL,
     repository_id TEXT NOT NULL,
     number BIGINT NOT NULL,
     -- Which host has its process, conversation and workspace, and until when it goes first.
     holder TEXT, holder_until BIGINT NOT NULL,
     conversation TEXT, conversation_cost DOUBLE PRECISION NOT NULL DEFAULT 0,
     workspace TEXT,
     created_at BIGINT NOT NULL, active_at BIGINT NOT NULL
   );
   CREATE INDEX session_active ON session(active_at);
   CREATE INDEX session_holder ON session(holder);

   CREATE TABLE delivery(id TEXT PRIMARY KEY, task TEXT NOT NULL, at BIGINT NOT NULL);

   CREATE TABLE task(
     seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     session TEXT NOT NULL REFERENCES session(id),
     delivery TEXT NOT NULL,
     kind TEXT NOT NULL,
     supersede_key TEXT,
     state TEXT NOT NULL,
     priority BIGINT NOT NULL,
     -- When it is due; 0 is at once, even for a clock that was set back.
     run_at BIGINT NOT NULL,
     attempt BIGINT NOT NULL DEFAULT 0,
     crashes BIGINT NOT NULL DEFAULT 0,
     owner TEXT, host TEXT, lease_until BIGINT,
     interruption TEXT,
     event TEXT NOT NULL,
     message TEXT, result TEXT, error TEXT, error_code TEXT,
     replay_of TEXT,
     -- Of a task that has ended: what its journal takes.
     journal_bytes BIGINT,
     created_at BIGINT NOT NULL, started_at BIGINT, ended_at BIGINT
   ) WITH (
     -- Few rows live, and they change often: without fresh statistics claims become five times slower.
     autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02, fillfactor = 80
   );
   -- The database itself keeps a session to one running task.
   CREATE UNIQUE INDEX task_running ON task(session) WHERE state = 'running';
   CREATE INDEX task_live ON task(session, seq) WHERE state IN ('queued', 'running');
   CREATE INDEX task_of_state ON task(state, seq);
   CREATE INDEX task_of_session ON task(session, seq);
   CREATE INDEX task_ended ON task(ended_at) WHERE ended_at IS NOT NULL;
   CREATE INDEX task_replay ON task(replay_of) WHERE replay_of IS NOT NULL;

   CREATE TABLE event(
     task TEXT NOT NULL, n BIGINT NOT NULL, at BIGINT NOT NULL,
     type TEXT NOT NULL, data TEXT NOT NULL,
     PRIMARY KEY (task, n)
   );

   CREATE TABLE usage(
     id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     session TEXT NOT NULL, task TEXT NOT NULL, at BIGINT NOT NULL,
     model_requests BIGINT NOT NULL,
     input_tokens BIGINT NOT NULL, output_tokens BIGINT NOT NULL,
     cache_read_input_tokens BIGINT NOT NULL, cache_creation_input_tokens BIGINT NOT NULL,
     cost_usd DOUBLE PRECISION NOT NULL, turn_ms BIGINT NOT NULL
   );
   CREATE INDEX usage_of_session ON usage(session);
   CREATE INDEX usage_of_task ON usage(task);
   CREATE INDEX usage_at ON usage(at);`,

  // 1 while a page of a forge shows the task as running.
  `ALTER TABLE task ADD COLUMN page_owed BIGINT NOT NULL DEFAULT 0;
   CREATE INDEX task_page_owed ON task(seq) WHERE page_owed = 1;`,

  // The copy of the conversation that other hosts can read.
  "ALTER TABLE session ADD COLUMN transcript TEXT",

  // Until then somebody tells it, or nobody should try.
  "ALTER TABLE task ADD COLUMN page_at BIGINT NOT NULL DEFAULT 0",
  // The step of a trace that brought it.
  "ALTER TABLE task ADD COLUMN traceparent TEXT",
  // Reviews that are given again to whoever asks the same.
  `CREATE TABLE review(
     key TEXT PRIMARY KEY, task TEXT NOT NULL, at BIGINT NOT NULL,
     bytes BIGINT NOT NULL, content TEXT NOT NULL
   );
   CREATE INDEX review_at ON review(at, key);`,
  // Deliveries that made no task, and why.
  `CREATE TABLE skipped(
     seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id TEXT NOT NULL UNIQUE, told TEXT NOT NULL
   );`,
  // The entries that tell how far a task is, among all that its model said.
  `CREATE INDEX event_step ON event(task, n) WHERE type IN (
       'task.queued', 'task.started', 'task.retrying', 'task.published',
       'task.succeeded', 'task.failed', 'task.cancelled', 'task.superseded',
       'workspace.step', 'workspace.ready',
       'session.starting', 'session.ready', 'session.resumed',
       'turn.started', 'turn.completed', 'turn.stopped',
       'permission.requested', 'permission.resolved', 'result.stored');`,
  // The task that decides last what becomes of the pull request, and when that had changed by then.
  "ALTER TABLE session ADD COLUMN decider TEXT, ADD COLUMN decided_at BIGINT",
];

/** The version that this program brings a database to. */
export const postgresVersion = migrations.length;

/**
 * Brings a database to the version of this program, while other hosts that start wait. That may take
 * long: an index of a table of years, say.
 * @throws CicdError `config_invalid` when a newer program wrote it.
 */
export async function migrate(client: ClientBase): Promise<void> {
  await client.query("BEGIN");
  await client.query("SET LOCAL statement_timeout = 0");
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [schemaName]);
  await client.query(
    `CREATE SCHEMA IF NOT EXISTS ${schemaName};
     CREATE TABLE IF NOT EXISTS ${schemaName}.migration(version INTEGER PRIMARY KEY)`,
  );
  const { rows } = await client.query(
    `SELECT coalesce(max(version), 0) AS version FROM ${schemaName}.migration`,
  );
  const version = Number(rows[0]?.version);
  requireKnownVersion(version, postgresVersion, "runner.store");
  for (const [index, statements] of migrations.entries()) {
    if (index < version) continue;
    await client.query(statements);
    await client.query(`INSERT INTO ${schemaName}.migration VALUES ($1)`, [index + 1]);
  }
  await client.query("COMMIT");
}
