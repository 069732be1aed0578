// A program that speaks the CLI's protocol, remembers what was said to it, and misbehaves by a seed.
import { appendFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { note } from "../deeds.ts";
import { findingsOf } from "../findings.ts";
import { fractionOf } from "../fraction.ts";
import { Conversation } from "./conversation.ts";
import { tempers } from "./faults.ts";
import { TurnClaim } from "./turn-claim.ts";
import { turns } from "./turns.ts";
import { agree, follow, type Input, result } from "./wire.ts";

const { SOAK_FOLDER: folder = "", SOAK_SEED: seed = "", SOAK_TEMPER, SOAK_TURN } = process.env;
const { turnFault, startFault } = SOAK_TEMPER === "calm" ? tempers.calm : tempers.wild;

const conversation = openConversation();
let running: string | undefined;
const turn = new TurnClaim(folder);
let timer: NodeJS.Timeout | undefined;
let isLost = false;
let isEnding = false;

begin();
createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (!isLost) hear(JSON.parse(line));
  })
  .on("close", () => {
    isEnding = true;
    if (running === undefined && !isLost) process.exit(0);
  });

function openConversation(): Conversation {
  try {
    return new Conversation(folder, process.argv);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), 1);
  }
}

function begin(): void {
  const { id, resumes } = conversation;
  const count = countOf("starts", id);
  const fault = startFault(seed, id, count, resumes);
  note(folder, process.pid, { kind: "begun", conversation: id, fault });
  const other = conversation.claim();
  if (other !== undefined) {
    note(folder, process.pid, { kind: "forked", conversation: id, other });
  }
  switch (fault) {
    case "exit at start":
      fail("Cannot go on", 3);
      break;
    case "hang at start":
      lose();
      break;
    case "refuses to resume":
      rmSync(join(folder, "conversations", id));
      fail(`No conversation found with session ID: ${id}`, 1);
      break;
    default:
      // A few end by nothing but SIGKILL.
      if (fractionOf(seed, "stubborn", id, count) < 0.1) stay();
  }
}

function hear(input: Input): void {
  if (input.type === "user") tell(input.uuid, input.message.content[0]?.text ?? "");
  if (input.type !== "control_request") return;
  agree(input.request_id);
  if (input.request.subtype === "interrupt") interrupt();
  if (input.request.subtype === "end_session") process.exit(0);
}

function tell(uuid: string, text: string): void {
  const heardAt = performance.timeOrigin + performance.now();
  if (conversation.isAnswered(uuid)) {
    follow(uuid, "completed");
    return;
  }
  const titled = /Title and description:\n<[^>]+>\nsoak (\d+\.\d+)\n/.exec(text)?.[1];
  const push = titled ?? conversation.push ?? "unknown";
  conversation.hear(push);
  const count = countOf("told", push);
  const fault = turnFault(seed, push, count);
  note(folder, process.pid, { kind: "told", uuid, push, fault, heardAt });
  running = uuid;
  const other = turn.begin(push);
  if (other !== undefined) note(folder, process.pid, { kind: "doubled", push, other });
  follow(uuid, "started");
  const review = { summary: `soak ${push}`, findings: findingsOf(seed, push) };
  turns[fault ?? "none"]({
    uuid,
    text: `\`\`\`json\n${JSON.stringify(review)}\n\`\`\``,
    // So many milliseconds, where it is told how long a slow turn takes.
    fraction:
      SOAK_TURN === undefined ? fractionOf(seed, "detail", push, count) : Number(SOAK_TURN) / 400,
    answer: () => {
      running = undefined;
      turn.end();
      conversation.answer(uuid);
      note(folder, process.pid, { kind: "answered", uuid });
      if (isEnding) process.stdout.write("", () => process.exit(0));
    },
    lose,
    later: (ms, then) => {
      timer = setTimeout(then, ms);
    },
  });
}

function interrupt(): void {
  clearTimeout(timer);
  if (running === undefined) return;
  const more = { subtype: "error_during_execution", is_error: true };
  result(running, "", { ...more, terminal_reason: "aborted_streaming" });
  follow(running, "cancelled");
  running = undefined;
  turn.end();
}

function lose(): void {
  note(folder, process.pid, { kind: "lost" });
  isLost = true;
  stay();
}

function stay(): void {
  process.on("SIGTERM", () => {});
  setInterval(() => {}, 60_000);
}

function fail(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

/** How often this was asked of a name before, by whichever process. */
function countOf(what: string, name: string): number {
  mkdirSync(join(folder, what), { recursive: true });
  const path = join(folder, what, name);
  appendFileSync(path, ".");
  return readFileSync(path).length;
}
