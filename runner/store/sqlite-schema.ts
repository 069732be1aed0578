import type { DatabaseSync } from "node:sqlite";
import { requireKnownVersion } from "./known-version.ts";

/** Each entry takes the database one version further; entries are only ever added. */
const migrations = [
  `CREATE TABLE session(
     id TEXT PRIMARY KEY,
     forge TEXT NOT NULL, host TEXT NOT NULL, owner TEXT NOT NULL, repository TEXT NOT NULL,
     number INTEGER NOT NULL,
     conversation TEXT, conversation_cost REAL NOT NULL DEFAULT 0,
     created_at INTEGER NOT NULL, active_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX session_active ON session(active_at);

   CREATE TABLE delivery(
     id TEXT PRIMARY KEY, task TEXT NOT NULL, at INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE task(
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     session TEXT NOT NULL REFERENCES session(id),
     delivery TEXT NOT NULL,
     kind TEXT NOT NULL,
     supersede_key TEXT,
     state TEXT NOT NULL,
     -- When it is due; 0 is at once, even for a clock that was set back.
     run_at INTEGER NOT NULL,
     attempt INTEGER NOT NULL DEFAULT 0,
     crashes INTEGER NOT NULL DEFAULT 0,
     owner TEXT,
     interruption TEXT,
     event TEXT NOT NULL,
     result TEXT, error TEXT,
     created_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER
   ) STRICT;
   -- The database itself keeps a session to one running task.
   CREATE UNIQUE INDEX task_running ON task(session) WHERE state = 'running';
   CREATE INDEX task_live ON task(session, seq) WHERE state IN ('queued', 'running');
   CREATE INDEX task_of_state ON task(state, seq);
   CREATE INDEX task_of_session ON task(session, seq);

   CREATE TABLE event(
     task TEXT NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL,
     type TEXT NOT NULL, data TEXT NOT NULL,
     PRIMARY KEY (task, n)
   ) STRICT, WITHOUT ROWID;`,

  `CREATE TABLE usage(
     id INTEGER PRIMARY KEY,
     session TEXT NOT NULL, task TEXT NOT NULL, at INTEGER NOT NULL,
     model_requests INTEGER NOT NULL,
     input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
     cache_read_input_tokens INTEGER NOT NULL, cache_creation_input_tokens INTEGER NOT NULL,
     cost_usd REAL NOT NULL
   ) STRICT;
   CREATE INDEX usage_of_session ON usage(session);
   CREATE INDEX usage_of_task ON usage(task);
   CREATE INDEX usage_at ON usage(at);`,

  // Until then a workspace was always named by its session.
  `ALTER TABLE session ADD COLUMN workspace TEXT;
   UPDATE session SET workspace = id;
   ALTER TABLE task ADD COLUMN message TEXT;`,

  "ALTER TABLE usage ADD COLUMN turn_ms INTEGER NOT NULL DEFAULT 0",

  // As JSON, like all text of people: not every database takes any text.
  `UPDATE task SET message = json_quote(message) WHERE message IS NOT NULL;`,

  `CREATE TABLE host(
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL, url TEXT, load TEXT NOT NULL,
     draining INTEGER NOT NULL, started_at INTEGER NOT NULL, seen_at INTEGER NOT NULL
   ) STRICT;

   -- How often each was served, for fairness between them.
   CREATE TABLE repository(id TEXT PRIMARY KEY, served INTEGER NOT NULL) STRICT;
   CREATE INDEX repository_served ON repository(served);

   -- Which host has its process, conversation and workspace, and until when it goes first.
   ALTER TABLE session ADD COLUMN holder TEXT;
   ALTER TABLE session ADD COLUMN holder_until INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE session ADD COLUMN repository_id TEXT NOT NULL DEFAULT '';
   UPDATE session SET holder = 'local',
     repository_id = forge || ':' || host || '/' || owner || '/' || repository;
   INSERT INTO repository SELECT DISTINCT repository_id, 0 FROM session;
   CREATE INDEX session_holder ON session(holder);

   ALTER TABLE task ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE task ADD COLUMN host TEXT;
   ALTER TABLE task ADD COLUMN lease_until INTEGER;
   ALTER TABLE task ADD COLUMN replay_of TEXT;
   ALTER TABLE task ADD COLUMN error_code TEXT;
   -- Of a task that has ended: what its journal takes.
   ALTER TABLE task ADD COLUMN journal_bytes INTEGER;
   UPDATE task SET host = 'local', lease_until = 0 WHERE state = 'running';
   UPDATE task SET error_code = json_extract(error, '$.code') WHERE error IS NOT NULL;
   UPDATE task SET journal_bytes = (SELECT coalesce(sum(length(data)), 0) FROM event WHERE task = id)
     WHERE state NOT IN ('queued', 'running');
   CREATE INDEX task_ended ON task(ended_at) WHERE ended_at IS NOT NULL;
   CREATE INDEX task_replay ON task(replay_of) WHERE replay_of IS NOT NULL;`,

  // 1 while a page of a forge shows the task as running.
  `ALTER TABLE task ADD COLUMN page_owed INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX task_page_owed ON task(seq) WHERE page_owed = 1;`,

  // The copy of the conversation that other hosts can read.
  "ALTER TABLE session ADD COLUMN transcript TEXT",

  // Until then somebody tells it, or nobody should try.
  "ALTER TABLE task ADD COLUMN page_at INTEGER NOT NULL DEFAULT 0",
  // The step of a trace that brought it.
  "ALTER TABLE task ADD COLUMN traceparent TEXT",
  // Reviews that are given again to whoever asks the same.
  `CREATE TABLE review(
     key TEXT PRIMARY KEY, task TEXT NOT NULL, at INTEGER NOT NULL,
     bytes INTEGER NOT NULL, content TEXT NOT NULL
   ) STRICT;
   CREATE INDEX review_at ON review(at, key);`,
  // Deliveries that made no task, and why.
  `CREATE TABLE skipped(
     seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, told TEXT NOT NULL
   ) STRICT;`,
  // The entries that tell how far a task is, among all that its model said.
  `CREATE INDEX event_step ON event(task, n) WHERE type IN (
       'task.queued', 'task.started', 'task.retrying', 'task.published',
       'task.succeeded', 'task.failed', 'task.cancelled', 'task.superseded',
       'workspace.step', 'workspace.ready',
       'session.starting', 'session.ready', 'session.resumed',
       'turn.started', 'turn.completed', 'turn.stopped',
       'permission.requested', 'permission.resolved', 'result.stored');`,
  // The task that decides last what becomes of the pull request, and when that had changed by then.
  `ALTER TABLE session ADD COLUMN decider TEXT;
   ALTER TABLE session ADD COLUMN decided_at INTEGER;`,
];

/** The version that this program brings a database to. */
export const sqliteVersion = migrations.length;

/**
 * Brings a database to the version of this program.
 * @throws CicdError `config_invalid` when a newer program wrote it.
 */
export function migrate(database: DatabaseSync): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version ?? 0);
  requireKnownVersion(version, sqliteVersion, "runner.state_dir");
  for (const [index, statements] of migrations.entries()) {
    if (index < version) continue;
    database.exec(`BEGIN IMMEDIATE; ${statements}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}
