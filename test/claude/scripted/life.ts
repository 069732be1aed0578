// How it begins and ends.
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { ask, type Behaviour, follow, refuse, say, stay, succeed } from "./wire.ts";

/** By name. */
export const life: Readonly<Record<string, Behaviour>> = {
  serve: {},
  "exit-at-start": {
    begin() {
      process.stderr.write("Cannot go on\n");
      process.exit(3);
    },
  },
  "hang-at-start": { control: () => true },
  "refuses-start": {
    control(id) {
      refuse(id, "not today");
      return true;
    },
  },
  "refuses-model": {
    control(id, { subtype, model }) {
      if (subtype === "set_model") refuse(id, `no ${model} here`);
      return subtype === "set_model";
    },
  },
  stubborn: {
    begin() {
      process.on("SIGTERM", () => {});
      stay();
    },
    control: (_id, { subtype }) => subtype !== "initialize",
    turn: (uuid) => follow(uuid, "started"),
  },
  "die-in-turn": {
    turn() {
      process.stderr.write("Segmentation fault\n");
      process.exit(139);
    },
  },
  "exits-as-told": { turn: (_uuid, text) => process.exit(Number(text)) },
  "exits-in-a-line": {
    turn() {
      process.stdout.write('{"type":"res', () => process.exit(0));
    },
  },
  "dies-between": {
    turn(uuid) {
      succeed(uuid, "done");
      process.stdout.write("", () => process.exit(7));
    },
  },
  late: {
    turn(uuid, text) {
      say({ type: "early" });
      succeed(uuid, text);
      say({ type: "late" });
      ask("late", { subtype: "any" });
    },
    answer: (line) => appendFileSync("refused", line),
  },
  grandchild: {
    turn(uuid) {
      // In a group of its own, with our output, as the CLI's tools are.
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 60_000)"], {
        detached: true,
        stdio: ["ignore", "inherit", "inherit"],
      });
      succeed(uuid, String(child.pid));
    },
  },
  "ends-at-end_session": endsAt("end_session"),
  "ends-at-eof": endsAt("eof"),
  "ends-at-SIGTERM": endsAt("SIGTERM"),
  "ends-at-SIGKILL": endsAt("SIGKILL"),
};

/** Says which step of its ending it heard, and ends if it is the one that it waits for. */
function endsAt(last: string): Behaviour {
  const hear = (step: string) => {
    process.stderr.write(`${step}\n`);
    if (step === last) process.exit(0);
  };
  return {
    begin() {
      process.on("SIGTERM", () => hear("SIGTERM"));
      process.stdin.on("end", () => hear("eof"));
      stay();
    },
    control(_id, { subtype }) {
      if (subtype === "end_session") hear(subtype);
      return subtype === "end_session";
    },
  };
}
