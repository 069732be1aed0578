import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Line, readLines } from "#runner/claude/lines.ts";

async function* chunks(bytes: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

test("readLines gives the same lines however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\n"))),
      fc.array(fc.nat(9)),
      fc.integer({ min: 0, max: 20 }),
      async (texts, sizes, maxBytes) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(""));
        const lines = await Array.fromAsync(readLines(chunks(bytes, sizes), maxBytes));
        const expected = texts.map((text): Line => {
          const size = Buffer.byteLength(text);
          return size > maxBytes ? { kind: "dropped", bytes: size } : { kind: "line", text };
        });
        assert.deepEqual(lines, expected);
      },
    ),
  );
});

test("readLines gives what stands behind the last line feed", async () => {
  const lines = await Array.fromAsync(readLines(chunks(Buffer.from("a\nb"), []), 10));
  assert.deepEqual(lines, [
    { kind: "line", text: "a" },
    { kind: "line", text: "b" },
  ]);
});
