/** A runner's store alone in a program of its own, for tests that kill it: `program.ts <what> <folder>`. */
import { closeSync, readdirSync, readlinkSync, writeSync } from "node:fs";
import { SqliteStore } from "#runner/store/sqlite-store.ts";
import { CicdError } from "#shared/error.ts";
import { accepted, claimed, done, said } from "./drive.ts";
import { handOff } from "./hand-off.ts";

const [, , what = "", folder = ""] = process.argv;
const store = new SqliteStore({ folder, host: "child" });

switch (what) {
  case "hold":
    await hold();
    break;
  case "work":
    await work();
    break;
  case "fill":
    await fill();
    break;
  case "lose":
    await lose();
    break;
  default:
    throw new Error(`Cannot do ${what}: it is not known`);
}

/** Claims what there is, says `holding`, and stays until it is killed. */
async function hold(): Promise<void> {
  while ((await store.claim()) !== undefined);
  say("holding");
  setInterval(() => {}, 60_000);
}

/** Does everything that writes, for ever, and tells of each write once it is promised. */
async function work(): Promise<never> {
  for (let number = 1; ; number += 1) {
    say(`accepted ${await accepted(store, handOff(number))}`);
    say(`accepted ${await accepted(store, handOff(number + 1_000_000, { kind: "close" }))}`);
    const claim = await claimed(store);
    await store.append(claim, [said("a"), said("b")]);
    await store.finish(claim, done);
    say(`succeeded ${claim.task.id}`);
  }
}

/** Enqueues until the store refuses, and tells how, and whether it can still be read. */
async function fill(): Promise<void> {
  const [first] = await store.tasks({ limit: 1 });
  for (let number = 1; ; number += 1) {
    const work = handOff(number);
    try {
      say(`accepted ${await accepted(store, work)}`);
    } catch (error) {
      say(`refused ${work.task_id}`);
      say(`code ${CicdError.from(error).code}`);
      break;
    }
  }
  if (first !== undefined) say(`read ${(await store.task(first.id))?.id}`);
  await store[Symbol.asyncDispose]();
}

/** Enqueues when the log can't be brought to the disk any more, and tells what each call says then. */
async function lose(): Promise<void> {
  const logs = readdirSync("/proc/self/fd").filter((file) => linkOf(file).endsWith("-wal"));
  // SQLite has opened its own first.
  closeSync(Math.max(...logs.map(Number)));
  const work = handOff(1);
  for (const call of [
    () => accepted(store, work),
    () => accepted(store, handOff(2)),
    () => store.claim(),
    () => store.task(work.task_id),
  ]) {
    const outcome = await call().then(() => "done", CicdError.from);
    say(outcome instanceof CicdError ? `${outcome.code} ${outcome.message}` : outcome);
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${file}`);
  } catch {
    return "";
  }
}

/** Written before it returns: what a test has read has been said, whenever the program is killed. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}
