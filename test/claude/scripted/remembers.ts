// A CLI whose conversations outlive it.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { abortTurn, agree, type Behaviour, follow, say, succeed } from "./wire.ts";

let path = "";
let running: string | undefined;
/** Of its last result, as the real one's: also where it is told to end and does. */
let exitCode = 0;

/** What was said lies in a file of the working folder that is named for the conversation. */
export const remembers: Behaviour = {
  begin() {
    path = openConversation();
  },
  control(id, { subtype }) {
    if (subtype === "end_session") process.exit(exitCode);
    if (subtype !== "interrupt") return false;
    agree(id);
    if (running !== undefined) abortTurn(running);
    running = undefined;
    return true;
  },
  turn(uuid, text) {
    if (isAnswered(uuid)) {
      follow(uuid, "completed");
      return;
    }
    appendFileSync(path, `${text}\n`);
    follow(uuid, "started");
    if (text === "die") process.kill(process.pid, "SIGSEGV");
    if (text === "hang") {
      running = uuid;
      begun();
      return;
    }
    if (text.endsWith("late")) {
      process.stdin.on("end", () => answer(uuid, text));
      begun();
      return;
    }
    answer(uuid, text);
  },
};

function begun(): void {
  const delta = { type: "text_delta", text: "begun" };
  say({ type: "stream_event", event: { type: "content_block_delta", delta } });
}

/** The whole conversation, at the price that the message begins with. */
function answer(uuid: string, text: string): void {
  const said = readFileSync(path, "utf8").trimEnd();
  appendFileSync(`${path}.answered`, `${uuid}\n`);
  const is_error = text.endsWith("refused");
  exitCode = is_error ? 1 : 0;
  succeed(uuid, said, { total_cost_usd: Number.parseFloat(text) || 0, is_error });
}

/** The file of the conversation; only what was said makes one. */
function openConversation(): string {
  const resumes = process.argv.includes("--resume");
  const id = process.argv[process.argv.indexOf(resumes ? "--resume" : "--session-id") + 1] ?? "";
  if (resumes && !existsSync(id)) {
    process.stderr.write(`No conversation found with session ID: ${id}\n`);
    process.exit(1);
  }
  if (!resumes && existsSync(id)) {
    process.stderr.write(`Error: Session ID ${id} is already in use.\n`);
    process.exit(1);
  }
  return id;
}

function isAnswered(uuid: string): boolean {
  const answered = `${path}.answered`;
  return existsSync(answered) && readFileSync(answered, "utf8").split("\n").includes(uuid);
}
