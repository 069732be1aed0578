/**
 * What the product adds to the bare CLI:
 * `npm run bench -- [--only PART] [--rounds N] [--repeats N] [--crowd N] [--followers N] [--ended N]
 * [--json]`. The parts are reviews, crowd, pushes, known, webhooks and store.
 *
 * Method. Both sides run the pinned, real CLI with the same flags, prompts and answers, against a
 * stand-in of the model's API on loopback that answers at once: what is left is the CLI's own time
 * and ours. A round takes every contender once from nothing, and the warm ones three times; who
 * goes first changes from round to round, and warm turns of both sides alternate, so that the noise
 * of the machine meets both alike. Ratios compare medians of one run; figures of different runs or
 * machines are not comparable. One unmeasured pass before warms the disk cache and the just-in-time
 * compiler, and learns the prompts that the raw side gets.
 *
 * Raw is the least code that can run a turn. Ours is the whole way: a signed GitHub webhook over
 * HTTP to the edge, the hand-off, the queue, git (a `file://` repository of 200 files), the turn,
 * the journal and SSE, until the terminal event is read. Edge, runner, stand-in and client share
 * one Node process here, and with it one event loop, to the product's disadvantage. Building and
 * signing the delivery is about a millisecond of "webhook to 202".
 *
 * Broker. A second raw process reaches the stand-in through the product's own broker; all else is
 * the same. It and the one without take turns in pairs, twelve in a round, with conversations of
 * one length; the broker's cost is the median of the differences within a pair.
 *
 * Spare. A second product keeps one process ready for new pull requests. Its push begins when that
 * one is ready, and the round goes on when the next one is, so that no start disturbs a measurement.
 *
 * Kill. The stand-in begins an answer and holds it open; the CLI is killed with SIGKILL when its
 * first words are read from the event stream, and what is measured ends with the next words, those
 * of the process that resumed. In "killed, resumed" it was killed between two turns instead.
 *
 * Crowd. Ten raw processes get a turn at the same moment, then ten pull requests of ours a push,
 * all warm, and what counts is when the last one is done. It has a setting of its own, without the
 * processes of the rounds. Memory is PSS, in which pages that processes share are split between
 * them, and is read when the raw ones are gone.
 *
 * Pushes. A pull request gets five pushes of three new files each, and is reviewed in one
 * conversation, whose later prompts have what is new. Apart, the five versions that it went through
 * are the first push of a pull request each, with a process and a conversation of its own and the
 * whole change in the prompt. Both go all the way of a webhook; the times of the five are added up,
 * and so are the tokens: all that were sent, and those that the model's cache did not have. The
 * stand-in counts a token for four characters, and its cache has what the same conversation has
 * sent before. A real one also has the beginning that all conversations share.
 *
 * Known sessions. The real program runs alone on a new state folder, and on one with 1,000 pull
 * requests that were reviewed and have no process; what is resident is read when it has answered
 * GET /health and GET /v1/sessions. Memory comes from /proc: on macOS its rows are missing.
 *
 * Webhooks. 32 clients send real payloads of GitHub, 23 KB each and each a delivery of its own, to
 * edge and runner in one process that runs no tasks, to the least app of probot in another, and in a
 * third to a bare server: Node's own, which checks the signature, parses the JSON and inserts one row.
 * Each client sends the next when it is answered. Loads of 320 alternate. Probot answers when its
 * empty handler has returned; the others when what they took is in SQLite and its log on disk. The
 * time per webhook is the inverse of the rate.
 *
 * Followers. 1,000 clients follow one task through the edge, and the runner's journal gets an entry;
 * from there until the first and the last of them have it. The memory of each is what became
 * resident in edge and runner when they came, garbage included.
 *
 * Store. The store on SQLite and on PostgreSQL, whose server syncs to disk as in production, takes
 * tasks one by one; beside each, its driver alone makes the same inserts and updates by hand, in as
 * many transactions and tables of the same schema, and looks at nothing: no duplicates, no order, no
 * fences. 50 tasks of each in a repeat, about 50 pull requests; the two of a driver take turns. Ours on
 * PostgreSQL also tells other hosts meanwhile. Enqueues and claims are compared so between a store in which
 * 100,000 tasks have ended and one that has hardly any.
 *
 * Start. A runner on either store has nothing else to do, and a warm process of a scripted CLI. From
 * when the runner has taken a push in, by the journal and so just before it is on disk and answered
 * with 202, until the CLI has the prompt, by its own clock; less what the workspace took by the
 * task's timing, which is git's. When the 202 is read would be too late: by then the task runs. 10
 * in a repeat, in turns.
 *
 * Takeover. Two runners share a PostgreSQL store. The one that has a turn under way gets SIGKILL,
 * with all its processes; until the journal says that the other has started the task. Once in a
 * repeat.
 *
 * Goals, at the median: a warm turn of ours at most 5 ms over its raw pair; a first review by a
 * spare at most twice a later one, from webhook to end; the broker at most 2 ms a turn; 1,000 known
 * sessions at most 30 MB; webhooks taken in at least as fast as probot answers them, and p99 no
 * later; a claim beside 100,000 ended tasks at most 1.5 times as long; a turn at most 5 ms after
 * its push on SQLite and 15 ms on PostgreSQL, git's time aside; a task of a killed host on another
 * in 5 s.
 *
 * p99 is the nearest rank: with fewer than 100 samples it is the maximum. Steps of the workspace
 * come from the journal, whose times are whole milliseconds. Everything is removed at the end, also
 * after SIGINT and SIGTERM.
 */
import { parseArgs } from "node:util";
import { type Part, parts } from "./parts.ts";
import { table } from "./report.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "15" },
    repeats: { type: "string", default: "3" },
    crowd: { type: "string", default: "10" },
    followers: { type: "string", default: "1000" },
    ended: { type: "string", default: "100000" },
    json: { type: "boolean", default: false },
  },
});

const stop = new AbortController();

try {
  const only = partOf(values.only);
  const rounds = countOf("rounds");
  const repeats = countOf("repeats");
  const crowd = countOf("crowd", 10);
  const followers = countOf("followers", 5000);
  const ended = countOf("ended", 1_000_000);
  const onRound = (done: number) => {
    if (process.stderr.isTTY) process.stderr.write(`\rround ${done} of ${rounds} `);
  };
  // A wrong option is told before all that is measured was loaded.
  const { bench } = await import("./bench.ts");
  stopOnSignals();
  const { signal } = stop;
  const counts = { rounds, repeats, crowd, followers, ended };
  const report = await bench({ only, ...counts, signal, onRound });
  if (process.stderr.isTTY) process.stderr.write("\r");
  console.log(values.json ? JSON.stringify(report, null, 2) : table(report));
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(`Benchmark failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

function stopOnSignals(): void {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    // The server of PostgreSQL would end the program before all is removed.
    process.removeAllListeners(signal).on(signal, () => {
      process.exitCode = code;
      stop.abort();
    });
  }
}

function partOf(name: string | undefined): Part | undefined {
  const part = parts.find((one) => one === name);
  if (name === undefined || part !== undefined) return part;
  throw new Error(`--only must be one of ${parts.join(", ")}: ${name}`);
}

function countOf(
  name: "rounds" | "repeats" | "crowd" | "followers" | "ended",
  most?: number,
): number {
  const count = Number(values[name]);
  if (Number.isSafeInteger(count) && count >= 1 && count <= (most ?? count)) return count;
  const range = most === undefined ? "from 1" : `from 1 to ${most}`;
  throw new Error(`--${name} must be a whole number ${range}: ${values[name]}`);
}
