import { v7 } from "uuid";
import type { HandOff } from "#shared/api.ts";
import { sessionIdOf } from "#shared/session-id.ts";
import { type Contender, words } from "./contender.ts";

/** A statement and the values of its placeholders, each a `?`. */
export type Statement = readonly [sql: string, ...values: (string | number)[]];

/** A driver and nothing else. */
export interface BareDatabase extends AsyncDisposable {
  /** Runs statements one by one, in a transaction of their own. */
  transact(transaction: Transaction): Promise<void>;
}

/** What is done as one. */
export interface Transaction {
  readonly first: Statement;
  /** What the first row of the first leads to. */
  readonly next?: (row: Readonly<Record<string, unknown>> | undefined) => readonly Statement[];
  /** It need not be on disk at its end. */
  readonly isRelaxed?: boolean;
}

/**
 * Writes what the store writes, in as many transactions, and looks at nothing: it knows no
 * duplicates, no order within a session, no hosts and no fences.
 */
export function bare(database: BareDatabase): Contender {
  return {
    enqueue: (handOff) => database.transact(enqueuing(handOff, Date.now())),
    claim: async () => {
      const now = Date.now();
      let id = "";
      let session = "";
      await database.transact({
        first: claiming(now),
        next: (task) => {
          if (task === undefined) throw new Error("Cannot measure: there is nothing to claim");
          id = String(task.id);
          session = String(task.session);
          return claimed(id, session, now);
        },
      });
      return {
        append: async () => {
          const first = journaling(id, 3, Date.now(), words.type, words.data);
          await database.transact({ first, isRelaxed: true });
        },
        finish: () => database.transact(finishing(id, session, Date.now())),
      };
    },
  };
}

function enqueuing(handOff: HandOff, now: number): Transaction {
  const { event, forge, task_id: id, kind, delivery_id } = handOff;
  const { host, owner, name } = event.repository;
  const session = sessionIdOf(event);
  return {
    first: [
      "INSERT INTO repository(id, served) VALUES (?, 0) ON CONFLICT(id) DO NOTHING",
      repository,
    ],
    next: () => [
      [
        `INSERT INTO session(id, forge, host, owner, repository, repository_id, number, holder_until,
             created_at, active_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
           ON CONFLICT(id) DO NOTHING`,
        ...[session, forge, host, owner, name, repository, event.pull_request.number, now, now],
      ],
      ["UPDATE session SET holder_until = ? WHERE id = ?", now, session],
      [
        `INSERT INTO task(id, session, delivery, kind, supersede_key, state, priority, run_at, event,
             created_at)
           VALUES (?, ?, ?, ?, 'review', 'queued', 0, 0, ?, ?)`,
        ...[id, session, delivery_id, kind, JSON.stringify(event), now],
      ],
      ["UPDATE session SET active_at = ? WHERE id = ?", now, session],
      journaling(id, 1, now, "task.queued", { kind }),
      ["INSERT INTO delivery(id, task, at) VALUES (?, ?, ?)", `${forge}:${delivery_id}`, id, now],
    ],
  };
}

function claiming(now: number): Statement {
  return [
    `UPDATE task SET state = 'running', owner = ?, host = 'bare', lease_until = ?,
         attempt = attempt + 1, started_at = ?
       WHERE seq = (SELECT min(seq) FROM task WHERE state = 'queued')
       RETURNING id, session`,
    ...[v7(), now, now],
  ];
}

function claimed(id: string, session: string, now: number): Statement[] {
  return [
    ["UPDATE session SET holder = 'bare', workspace = NULL WHERE id = ?", session],
    ["UPDATE repository SET served = served + 1 WHERE id = ?", repository],
    journaling(id, 2, now, "task.started", { attempt: 1, host: "bare" }),
  ];
}

function finishing(id: string, session: string, now: number): Transaction {
  const result = { kind: "close" };
  return {
    first: journaling(id, 4, now, "task.succeeded", { result }),
    next: () => [
      [
        `UPDATE task SET state = 'succeeded', result = ?, ended_at = ?, owner = NULL, host = NULL,
             lease_until = NULL, journal_bytes = 100
           WHERE id = ?`,
        ...[JSON.stringify(result), now, id],
      ],
      ["UPDATE session SET active_at = ?, holder_until = ? WHERE id = ?", now, now, session],
    ],
  };
}

function journaling(id: string, n: number, at: number, type: string, data: object): Statement {
  const sql = "INSERT INTO event(task, n, at, type, data) VALUES (?, ?, ?, ?, ?)";
  return [sql, id, n, at, type, JSON.stringify(data)];
}

const repository = "github:github.com/acme/shop";
