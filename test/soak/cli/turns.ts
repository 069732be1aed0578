import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import type { TurnFault } from "./faults.ts";
import { delta, follow, result } from "./wire.ts";

/** A message that is being answered. */
export interface Telling {
  readonly uuid: string;
  /** The answer that it should get. */
  readonly text: string;
  /** From 0 to 1. */
  readonly fraction: number;
  /** Remembers that it is answered. */
  readonly answer: () => void;
  /** From now on the process hears and says nothing more. */
  readonly lose: () => void;
  /** Does something later, unless the turn is interrupted. */
  readonly later: (ms: number, then: () => void) => void;
}

/** What happens in a turn, by fault. */
export const turns: Readonly<Record<TurnFault | "none", (telling: Telling) => void>> = {
  none: answer,
  exit: ({ fraction }) => process.exit(Math.floor(fraction * 256)),
  "half a line": () => process.stdout.write('{"type":"res', () => process.exit(0)),
  hang: ({ fraction }) => delta(`I begin ${fraction}`),
  deaf: ({ lose }) => lose(),
  mute: ({ lose }) => {
    lose();
    process.stdout.write("", () => closeSync(1));
  },
  "answered, not told": (telling) => {
    telling.answer();
    process.exit(137);
  },
  "exit with a grandchild": () => {
    leaveGrandchild();
    process.exit(1);
  },
  garbage: (telling) => {
    process.stdout.write('no JSON\n\n{"type":"nobody knows"}\n[1]\nnull\n{"type":"result"}\n\0\n');
    process.stdout.write(Buffer.from([0xff, 0xfe, 0x0a]));
    result("00000000-0000-4000-8000-000000000000", "none of yours");
    answer(telling);
  },
  "long line": (telling) => {
    process.stdout.write(`{"type":"long","text":"${"x".repeat(2 * 1024 ** 2)}"}\n`);
    answer(telling);
  },
  flood: (telling) => {
    process.stdout.write(`{"type":"flood","text":"${"x".repeat(200)}"}\n`.repeat(500));
    for (let left = 5000; left > 0; left -= 1) delta("word ");
    answer(telling);
  },
  grandchild: (telling) => {
    leaveGrandchild();
    answer(telling);
  },
  unparsable: (telling) => {
    telling.answer();
    result(telling.uuid, "I would rather not.");
    follow(telling.uuid, "completed");
  },
  "late exit": (telling) => {
    answer(telling);
    telling.lose();
    process.stdout.write("", () => process.exit(7));
  },
  "late hang": (telling) => {
    answer(telling);
    telling.lose();
  },
  overloaded: ({ uuid }) => {
    const more = { is_error: true, api_error_status: 529, terminal_reason: "api_error" };
    result(uuid, "Overloaded", more);
    follow(uuid, "completed");
  },
  slow: (telling) => {
    const step = (left: number) => {
      if (left === 0) return answer(telling);
      delta("word ");
      telling.later(20, () => step(left - 1));
    };
    step(Math.ceil(telling.fraction * 20));
  },
};

function answer({ uuid, text, answer }: Telling): void {
  answer();
  delta(text);
  result(uuid, text);
  follow(uuid, "completed");
}

/** In a group of its own, with our output, as the CLI's tools are. */
function leaveGrandchild(): void {
  spawn("sleep", ["1000"], { detached: true, stdio: ["ignore", "inherit", "inherit"] });
}
