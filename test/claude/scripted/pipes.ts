// What it does to its three pipes.
import { closeSync } from "node:fs";
import * as z from "zod";
import { type Behaviour, follow, say, stay, succeed } from "./wire.ts";

/** By name. */
export const pipes: Readonly<Record<string, Behaviour>> = {
  garbage: {
    turn(uuid, text) {
      process.stdout.write('no JSON\n\n{"type":"nobody knows"}\n[1]\nnull\n{"type":"result"}\n');
      succeed("another", "none of yours");
      succeed(uuid, `echo: ${text}`);
    },
  },
  /** A line of as many bytes as the message says. */
  "long-line": {
    turn(uuid, text) {
      process.stdout.write(`${"x".repeat(Number(text))}\n`);
      succeed(uuid, "done");
    },
  },
  dictated: {
    turn: (_uuid, text) => void dictate(z.array(z.base64()).parse(JSON.parse(text))),
  },
  /** As many lines of a kilobyte as the message says. */
  flood: { turn: (uuid, text) => void flood(uuid, Number(text)) },
  "stderr-flood": {
    turn(uuid) {
      process.stderr.write(`${"x".repeat(5_000_000)}\nThe end\n`, () => succeed(uuid, "done"));
    },
  },
  "closes-input": {
    control(_id, { subtype }) {
      if (subtype !== "initialize") return false;
      process.stdin.destroy();
      stay();
      return false;
    },
  },
  "closes-output": {
    turn(uuid) {
      follow(uuid, "started");
      process.stdout.write("", () => closeSync(1));
      stay();
    },
  },
  "reads-late": {
    control(_id, { subtype }) {
      if (subtype !== "initialize") return false;
      // Behind the answer nothing is read until all of this is taken: more than a pipe holds.
      setImmediate(() => {
        process.stdin.pause();
        process.stdout.write(`${"x".repeat(100_000)}\n`.repeat(50), () => process.stdin.resume());
      });
      return false;
    },
  },
  /** In a turn it reads on only at a signal; the turn ends with the message behind it. */
  "stops-reading": stopsReading(),
};

function stopsReading(): Behaviour {
  let first: string | undefined;
  return {
    begin() {
      stay();
      process.on("SIGUSR2", () => {
        process.stdout.write('{"type":"reads on"}\n', () => process.stdin.resume());
      });
    },
    turn(uuid) {
      if (first !== undefined) {
        succeed([first, uuid], "done");
        return;
      }
      first = uuid;
      process.stdin.pause();
      say({ type: "stopped" });
    },
  };
}

/** Writes just these bytes, each part by itself. */
async function dictate(parts: readonly string[]): Promise<void> {
  for (const part of parts) {
    await new Promise((resolve) => process.stdout.write(Buffer.from(part, "base64"), resolve));
    await new Promise(setImmediate);
  }
}

async function flood(uuid: string, lines: number): Promise<void> {
  const line = `{"type":"flood","text":"${"x".repeat(1000)}"}\n`;
  for (let left = lines; left > 0; left -= 100) {
    await new Promise((resolve) => process.stdout.write(line.repeat(100), resolve));
  }
  succeed(uuid, "done");
}
