// What becomes of its turns: silence, feedback, questions.
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { abortTurn, agree, ask, type Behaviour, follow, say, stay, succeed } from "./wire.ts";

const Answer = z.looseObject({ response: z.unknown() });

/** By name. */
export const turns: Readonly<Record<string, Behaviour>> = {
  "silent-until-interrupt": silentUntil("interrupt"),
  "silent-until-eof": silentUntil("eof"),
  "silent-until-SIGTERM": silentUntil("SIGTERM"),
  "silent-until-SIGKILL": silentUntil("SIGKILL"),
  "silent-after-a-turn": silentAfterATurn(),
  /** Silent for as many milliseconds as the message says, once it has taken it up. */
  "slow-model": {
    turn(uuid, text) {
      follow(uuid, "started");
      void delay(Number(text)).then(() => succeed(uuid, "done"));
    },
  },
  /** A tool works for as many milliseconds as the message says. */
  "slow-tool": {
    turn(uuid, text) {
      const call = { type: "tool_use", id: "t1", name: "Grep", input: {} };
      say({ type: "assistant", message: { content: [call] } });
      void delay(Number(text)).then(() => {
        const result = { type: "tool_result", tool_use_id: "t1", content: "none" };
        say({ type: "user", message: { content: [result] } });
        succeed(uuid, "done");
      });
    },
  },
  "silent-behind-a-tool": {
    turn() {
      const call = { type: "tool_use", id: "t1", name: "Grep", input: {} };
      say({ type: "assistant", message: { content: [call] } });
      const result = { type: "tool_result", tool_use_id: "t1", content: "none" };
      say({ type: "user", message: { content: [result] } });
    },
  },
  /** Says something ten times in as many milliseconds as the message says. */
  chatty: { turn: (uuid, text) => void chat(uuid, Number(text)) },
  "answered-before": { turn: (uuid) => follow(uuid, "completed") },
  "folds-feedback": withFeedback((uuids) => {
    follow(uuids[1], "completed");
    succeed(uuids, "one answer", { total_cost_usd: 0.02 });
    follow(uuids[0], "completed");
  }),
  "answers-feedback": withFeedback(([first, second]) => {
    succeed(first, "first", { num_turns: 2 });
    follow(first, "completed");
    follow(second, "started");
    succeed(second, "second", { total_cost_usd: 0.02 });
    follow(second, "completed");
  }),
  asks: asking({ subtype: "can_use_tool", tool_name: "Bash", input: { command: "id" } }),
  "asks-for-what-nobody-knows": asking({ subtype: "mcp_message" }),
  "asks-in-vain": {
    turn(uuid) {
      ask("q1", { subtype: "can_use_tool", tool_name: "Bash", input: {} });
      say({ type: "control_cancel_request", request_id: "q1" });
      succeed(uuid, "done");
    },
  },
};

/** Takes a message and says nothing until that step, which it obeys. */
function silentUntil(step: string): Behaviour {
  let running: string | undefined;
  return {
    begin() {
      if (step === "SIGTERM" || step === "SIGKILL") stay();
      if (step === "SIGKILL") process.on("SIGTERM", () => {});
    },
    control(id, { subtype }) {
      if (subtype !== "interrupt") return false;
      if (step !== "interrupt") return true;
      agree(id);
      if (running !== undefined) abortTurn(running);
      return true;
    },
    turn(uuid, text) {
      if (text === "answer") succeed(uuid, "answer");
      else running = uuid;
    },
  };
}

/** Of its second message it says nothing; what it has left to say of the first comes late. */
function silentAfterATurn(): Behaviour {
  let first: string | undefined;
  return {
    control: (_id, { subtype }) => subtype === "interrupt",
    turn(uuid) {
      if (first !== undefined) {
        follow(first, "completed");
        return;
      }
      first = uuid;
      succeed(uuid, "done");
    },
  };
}

async function chat(uuid: string, ms: number): Promise<void> {
  for (let left = 10; left > 0; left -= 1) {
    await delay(ms / 10);
    say({ type: "system", subtype: "status" });
  }
  succeed(uuid, "done");
}

/** Begins a turn and ends it when a second message came. */
function withFeedback(end: (uuids: readonly [string, string]) => void): Behaviour {
  let first: string | undefined;
  return {
    turn(uuid) {
      if (first !== undefined) {
        end([first, uuid]);
        return;
      }
      first = uuid;
      follow(uuid, "started");
    },
  };
}

/** Asks in the turn, and tells in its result what the answer was. */
function asking(request: object): Behaviour {
  let running = "";
  return {
    turn(uuid) {
      running = uuid;
      ask("q1", request);
    },
    answer(line) {
      const { response } = Answer.parse(JSON.parse(line));
      succeed(running, JSON.stringify(response));
    },
  };
}
