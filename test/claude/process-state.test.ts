import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type CliResult, parseLine } from "#runner/claude/output.ts";
import { type ProcessEvent, type State, transition } from "#runner/claude/process-state.ts";
import { messages } from "./messages.ts";

const starting: State = { name: "starting" };
const ready: State = { name: "ready", lastEnd: undefined };
const exited: ProcessEvent = {
  type: "exited",
  exit: { code: 1, signal: undefined, stderr: "" },
};

/** Messages of earlier turns, and of nobody. */
const old = fc.constantFrom("old-1", "old-2", "");
/** Messages of the turn that runs. */
const own = fc.constantFrom("own-1", "own-2", "own-3");

/** Ends of messages, of these alone: a result that names some, or the completion of one. */
function ends(uuid: fc.Arbitrary<string>): fc.Arbitrary<ProcessEvent> {
  return fc.oneof(
    fc
      .tuple(fc.array(uuid, { maxLength: 3 }), fc.nat(100))
      .map(([uuids, tokens]) => answered(uuids, tokens)),
    uuid.map((one): ProcessEvent => ({ type: "completed", uuid: one })),
  );
}

const sent = (uuid: string): ProcessEvent => ({ type: "sent", uuid });
const anyEvent = fc.oneof(
  fc.constant<ProcessEvent>({ type: "initialized" }),
  fc.constant(exited),
  fc.oneof(own, old).map(sent),
  ends(fc.oneof(own, old)),
);

suite("transition", () => {
  test("any events: the state goes no way but forward through a turn, or to its death", () => {
    const ways = ["starting ready", "ready busy", "busy ready"];
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        let state: State = starting;
        for (const event of events) {
          const next = transition(state, event);
          const way = `${state.name} ${next.name}`;
          if (next.name === "dead") assert(state.name === "dead" || event.type === "exited");
          else assert(state.name === next.name || ways.includes(way), way);
          state = next;
        }
      }),
    );
  });

  test("dead: stays as it is, with the first exit", () => {
    fc.assert(
      fc.property(fc.array(anyEvent), fc.array(anyEvent), (before, after) => {
        const dead = run(run(starting, before), [exited]);
        assert(dead.name === "dead");
        const again: ProcessEvent = { ...exited, exit: { ...exited.exit, code: 2 } };
        assert.equal(run(dead, [...after, again]), dead);
      }),
    );
  });

  test("not busy: no end of any message changes anything", () => {
    fc.assert(
      fc.property(fc.constantFrom(starting, ready), fc.array(ends(own)), (state, events) => {
        assert.equal(run(state, events), state);
      }),
    );
  });

  test("busy: late ends of earlier turns change nothing", () => {
    fc.assert(
      fc.property(fc.array(ends(old)), fc.array(ends(old)), (first, second) => {
        const busy = run(ready, [sent("own-1")]);
        assert.equal(run(busy, first), busy);
        const fed = run(busy, [sent("own-2")]);
        assert.equal(run(fed, second), fed);
      }),
    );
  });

  test("busy: ready again at the end of the last message sent, not before, whatever else comes", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(own.map(sent), ends(own), ends(old))), (events) => {
        const pending = new Set(["own-1"]);
        let state = run(ready, [sent("own-1")]);
        for (const event of events) {
          state = transition(state, event);
          if (event.type === "sent") pending.add(event.uuid);
          for (const uuid of named(event)) pending.delete(uuid);
          assert.equal(state.name, pending.size === 0 ? "ready" : "busy");
          if (pending.size === 0) break;
        }
      }),
    );
  });

  test("ready after a turn: its end is all results that ended messages of it, as one", () => {
    fc.assert(
      fc.property(fc.array(ends(fc.oneof(own, old))), (events) => {
        const pending = new Set(["own-1", "own-2", "own-3"]);
        const counted: CliResult[] = [];
        const rest = [...pending].map((uuid): ProcessEvent => ({ type: "completed", uuid }));
        let state = run(ready, [...pending].map(sent));
        for (const event of [...events, ...rest]) {
          const endsAny = named(event).filter((uuid) => pending.delete(uuid)).length > 0;
          if (endsAny && event.type === "answered") counted.push(event.result);
          state = transition(state, event);
          if (pending.size === 0) break;
        }
        assert(state.name === "ready");
        const last = counted.at(-1);
        if (last === undefined) {
          assert.deepEqual(state.lastEnd, { kind: "answered_before" });
          return;
        }
        assert(state.lastEnd?.kind === "result");
        const { result, usage, num_turns, duration_ms, total_cost_usd } = state.lastEnd.result;
        const sum = (of: (one: CliResult) => number) =>
          counted.reduce((total, one) => total + of(one), 0);
        assert.equal(result, last.result);
        assert.equal(total_cost_usd, last.total_cost_usd);
        assert.equal(num_turns, counted.length);
        assert.equal(
          duration_ms,
          sum((one) => one.duration_ms),
        );
        for (const key of [
          "input_tokens",
          "output_tokens",
          "cache_read_input_tokens",
          "cache_creation_input_tokens",
        ] as const) {
          assert.equal(
            usage[key],
            sum((one) => one.usage[key]),
          );
        }
      }),
    );
  });

  test("an answer to its initialize: counts once", () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        const state = run(ready, events);
        assert.equal(run(state, [{ type: "initialized" }]), state);
      }),
    );
  });

  test("starting: a message is not taken", () => {
    assert.equal(run(starting, [sent("own-1")]), starting);
  });
});

function run(state: State, events: readonly ProcessEvent[]): State {
  return events.reduce(transition, state);
}

/** The messages whose end an event tells. */
function named(event: ProcessEvent): readonly string[] {
  if (event.type === "answered") return event.uuids;
  return event.type === "completed" ? [event.uuid] : [];
}

function answered(uuids: readonly string[], tokens: number): ProcessEvent {
  const line = {
    ...messages.result,
    result: `text ${tokens}`,
    duration_ms: tokens,
    total_cost_usd: tokens,
    usage: {
      input_tokens: tokens,
      output_tokens: tokens + 1,
      cache_read_input_tokens: tokens + 2,
      cache_creation_input_tokens: tokens + 3,
    },
    user_message_uuids: uuids,
  };
  const parsed = parseLine(JSON.stringify(line));
  assert(parsed.known && parsed.message.type === "result");
  return { type: "answered", uuids, result: parsed.message };
}
