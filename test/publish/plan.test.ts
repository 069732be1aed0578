import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { OwnComment } from "#runner/forge/page.ts";
import { readMarker, withMarker } from "#runner/publish/marker.ts";
import { planComments } from "#runner/publish/plan.ts";

const taskId = "01998d3e-0000-7000-8000-000000000000";
const hex = (name: string) => Buffer.from(name.padEnd(8)).toString("hex").slice(0, 16);

interface Found {
  readonly identity: { readonly code: string; readonly words: string };
}

const found = (code: string, words: string): Found => ({
  identity: { code: hex(code), words: hex(words) },
});

function comment(id: string, { identity }: Found, isSettled = false): OwnComment {
  const body = withMarker({ kind: "finding", taskId, identity, isSettled }, "text");
  return { id, kind: "line", body };
}

test("a finding that says the same of the same code, or one of both: keeps its comment", () => {
  const comments = [comment("a", found("c1", "w1")), comment("b", found("c2", "w2"))];
  for (const again of [found("c1", "w1"), found("c1", "other"), found("other", "w1")]) {
    const { add, reopen, settle } = planComments([again], comments);
    assert.deepEqual([add, reopen], [[], []]);
    assert.deepEqual(
      settle.map((one) => one.comment.id),
      ["b"],
    );
  }
});

test("a change that did not come to its end: made again, whichever way it is to be now", () => {
  const one = found("c", "w");
  for (const isSettled of [true, false]) {
    const marker = { kind: "finding", taskId, identity: one.identity, isSettled } as const;
    const body = withMarker({ ...marker, isChanging: true }, "text");
    const comments = [{ id: "a", kind: "line", body } as const];
    assert.deepEqual(
      planComments([one], comments).reopen.map(({ on }) => on.comment.id),
      ["a"],
    );
    assert.deepEqual(
      planComments([], comments).settle.map(({ comment: { id } }) => id),
      ["a"],
    );
  }
});

test("two findings on one line: each keeps its own comment, whatever their order", () => {
  const one = found("c", "w1");
  const two = found("c", "w2");
  const plan = planComments([two, one], [comment("a", one), comment("b", two, true)]);
  assert.deepEqual(plan.add, []);
  assert.deepEqual(plan.settle, []);
  assert.deepEqual(
    plan.reopen.map(({ finding, on }) => [finding, on.comment.id]),
    [[two, "b"]],
  );
});

test("comments of another kind, or without a marker: never touched", () => {
  const others: OwnComment[] = [
    { ...comment("a", found("c", "w")), kind: "page" },
    { id: "b", kind: "line", body: "Hand-written" },
    { id: "c", kind: "line", body: `Quoted:\n${comment("a", found("c", "w")).body}` },
    { id: "d", kind: "line", body: withMarker({ kind: "summary", taskId }, "") },
  ];
  const plan = planComments([found("c", "w")], others);
  assert.deepEqual([plan.add.length, plan.reopen, plan.settle], [1, [], []]);
});

test("any findings on any page: doing what is planned, or a part of it, leads to the same page", () => {
  const anyFound = fc.record({
    code: fc.constantFrom("a", "b", "c"),
    words: fc.constantFrom("x", "y", "z"),
  });
  const anyPage = fc.array(fc.tuple(anyFound, fc.boolean()), { maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(anyFound, { maxLength: 6 }),
      anyPage,
      fc.array(fc.boolean()),
      (wanted, page, chances) => {
        const findings = wanted.map(({ code, words }) => found(code, words));
        const start = page.map(([one, isSettled], index) =>
          comment(String(index), found(one.code, one.words), isSettled),
        );
        const partly = carryOut(findings, start, (index) => chances[index] ?? false);
        for (const comments of [start, partly]) {
          const end = carryOut(findings, comments, () => true);
          const plan = planComments(findings, end);
          assert.deepEqual([plan.add, plan.reopen, plan.settle], [[], [], []]);
          const open = end.filter(({ body }) => body.includes(" open -->"));
          assert.equal(open.length, findings.length);
        }
      },
    ),
  );
});

/** The page after those steps of a plan that are taken. */
function carryOut(
  findings: readonly Found[],
  comments: readonly OwnComment[],
  isTaken: (step: number) => boolean,
): OwnComment[] {
  const { add, reopen, settle } = planComments(findings, comments);
  const changed = new Map<string, OwnComment>();
  let step = 0;
  const take = (id: string, next: OwnComment) => {
    if (isTaken(step)) changed.set(id, next);
    step += 1;
  };
  for (const { finding, on } of reopen) take(on.comment.id, comment(on.comment.id, finding));
  for (const on of settle) take(on.comment.id, comment(on.comment.id, on, true));
  for (const [index, finding] of add.entries()) {
    const id = `new-${comments.length}-${index}`;
    take(id, comment(id, finding));
  }
  const kept = comments.map((one) => changed.get(one.id) ?? one);
  const known = new Set(comments.map(({ id }) => id));
  return [...kept, ...[...changed.values()].filter(({ id }) => !known.has(id))];
}

test("markers: come back as they went in, and text below stays", () => {
  const identity = { code: hex("c"), words: hex("w") };
  for (const marker of [
    { kind: "summary", taskId },
    { kind: "answer", taskId },
    { kind: "finding", taskId, identity, isSettled: true },
  ] as const) {
    assert.deepEqual(readMarker(withMarker(marker, "a\nb")), { marker, text: "a\nb" });
    // A forge may change line ends, and trims.
    assert.deepEqual(readMarker(withMarker(marker, "a").replace("\n", "\r\n"))?.text, "a");
    assert.equal(readMarker(` ${withMarker(marker, "a")}`), undefined);
  }
});
