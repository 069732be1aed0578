import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as breathe } from "node:timers/promises";
import fc from "fast-check";
import { JournalWriter } from "#runner/dispatch/journal-writer.ts";
import type { CicdError } from "#shared/error.ts";
import { type JournalEntry, JournalEvent } from "#shared/journal.ts";
import { accepted, claimed, done, said } from "../store/drive.ts";
import { handOff } from "../store/hand-off.ts";
import { openStore } from "./open-store.ts";

const thought = (text: string): JournalEvent => ({ type: "thinking.delta", data: { text } });
const dropped = (bytes: number): JournalEvent => ({ type: "output.dropped", data: { bytes } });
const anyEvent = fc.oneof(fc.string().map(said), fc.string().map(thought), fc.nat().map(dropped));

/** A write, what time passes before it, and what time a store needs meanwhile. */
const anyWrite = fc.record({ event: anyEvent, pause: fc.nat(2), storePause: fc.nat(3) });

test("JournalWriter keeps every event in order, with neighbouring deltas as one in a batch", async () => {
  await using place = await openStore();
  const { store } = place;
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyWrite), async (writes) => {
      number += 1;
      const id = await accepted(store, handOff(number));
      const claim = await claimed(store);
      const batches: (readonly JournalEvent[])[] = [];
      const pauses = writes.map(({ storePause }) => storePause).values();
      const slow: Pick<typeof store, "append"> = {
        append: async (of, events) => {
          batches.push(events);
          await pass(pauses.next().value ?? 0);
          return await store.append(of, events);
        },
      };
      const journal = new JournalWriter(slow, claim, { onLost: assert.fail });
      for (const { event, pause } of writes) {
        await pass(pause);
        journal.write(event);
      }
      await journal.settled();
      for (const batch of batches) assert.deepEqual(joined(batch), batch);
      const entries = (await store.journal(id, 2, 10_000)).map(bare);
      assert.deepEqual(joined(entries), joined(writes.map(({ event }) => event)));
    }),
  );
});

test("JournalWriter writes what one chunk of output brings in one batch", async () => {
  await using place = await openStore();
  const { store } = place;
  const id = await accepted(store);
  const journal = new JournalWriter(store, await claimed(store), { onLost: assert.fail });
  for (const event of [said("a"), said("b"), thought("c"), said("d"), said("e")]) {
    journal.write(event);
  }
  await journal.settled();
  const entries = (await store.journal(id, 2, 100)).map(bare);
  assert.deepEqual(entries, [said("ab"), thought("c"), said("de")]);
});

test("JournalWriter tells once that the task is another's, and writes nothing more", async () => {
  await using place = await openStore();
  const { store } = place;
  const id = await accepted(store);
  const claim = await claimed(store);
  await store.finish(claim, done);
  const lost: CicdError[] = [];
  const journal = new JournalWriter(store, claim, { onLost: (error) => lost.push(error) });
  for (const text of ["one", "two"]) {
    journal.write(said(text));
    await journal.settled();
  }
  assert.deepEqual(
    lost.map(({ code }) => code),
    ["conflict"],
  );
  assert.equal((await store.journal(id, 0, 100)).at(-1)?.type, "task.succeeded");
});

test("JournalWriter leaves no hole behind a batch that the store refused: it stops there", async () => {
  await using place = await openStore();
  const { store } = place;
  const id = await accepted(store);
  const lost: CicdError[] = [];
  const journal = new JournalWriter(store, await claimed(store), {
    onLost: (error) => {
      lost.push(error);
      // What still comes while the work stops.
      journal.write(said("three"));
    },
  });
  journal.write(said("one"));
  await journal.settled();
  store.refusals.append = 1;
  journal.write(said("two"));
  await journal.settled();
  journal.write(said("four"));
  await journal.settled();
  assert.deepEqual(
    lost.map(({ code }) => code),
    ["store_unavailable"],
  );
  assert.deepEqual((await store.journal(id, 2, 100)).map(bare), [said("one")]);
});

async function pass(turns: number): Promise<void> {
  for (let left = turns; left > 0; left -= 1) await breathe();
}

/** Neighbouring deltas of one kind as one: how often they were cut says nothing. */
function joined(events: readonly JournalEvent[]): JournalEvent[] {
  const result: JournalEvent[] = [];
  for (const event of events) {
    const last = result.at(-1);
    if (event.type === "message.delta" && last?.type === event.type) {
      result.splice(-1, 1, said(last.data.text + event.data.text));
    } else if (event.type === "thinking.delta" && last?.type === event.type) {
      result.splice(-1, 1, thought(last.data.text + event.data.text));
    } else result.push(event);
  }
  return result;
}

/** An entry without its place. */
function bare(entry: JournalEntry): JournalEvent {
  return JournalEvent.parse({ type: entry.type, data: entry.data });
}
