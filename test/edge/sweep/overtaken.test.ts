import assert from "node:assert/strict";
import { test } from "node:test";
import { latestOnly, type MissedTask } from "#edge/sweep/latest-only.ts";
import { overtakes, type Wanted } from "#edge/sweep/overtaken.ts";
import type { TaskKind } from "#shared/task.ts";
import type { Authorization } from "#shared/task-event.ts";
import { comment, pullRequest } from "../rules/events.ts";

function pushed(deliveryId: string): MissedTask {
  return { kind: "task", task: "review", event: pullRequest("synchronize"), deliveryId, at: 1 };
}

function command(
  task: TaskKind,
  deliveryId = task,
  authorization: Authorization = "verified",
): MissedTask {
  const event = { ...comment(`/${task}`), authorization };
  return { kind: "task", task, event, deliveryId, at: 1 };
}

function later({ task, event }: MissedTask): Wanted {
  return { kind: task, event };
}

test("commands that were missed: each counts, beside the last word about the pull request", () => {
  const [first, ask, help, last] = [pushed("1"), command("ask"), command("help"), pushed("2")];
  const groups = latestOnly([first, ask, help, last]);
  assert.deepEqual(
    groups.map(({ all }) => all),
    [[ask], [help], [last, first]],
  );
});

test("a review that nobody has allowed yet: takes the place of no other", () => {
  const unverified = command("review", "outsider", "unverified");
  const groups = latestOnly([pushed("1"), unverified]);
  assert.deepEqual(
    groups.map(({ latest }) => latest.deliveryId),
    ["1", "outsider"],
  );
  assert.equal(overtakes(pushed("1"))(later(unverified)), false);
  const allowed = latestOnly([pushed("1"), command("review")]);
  assert.deepEqual([allowed.length, allowed[0]?.latest.task], [1, "review"]);
});

test("what was missed is overtaken: a question by a close alone, a cancel by whatever came since", () => {
  const close = later({ ...pushed("3"), task: "close" });
  const isOvertaken = (task: TaskKind) =>
    [later(pushed("2")), later(command("ask")), close].map(overtakes(command(task)));
  assert.deepEqual(isOvertaken("ask"), [false, false, true]);
  assert.deepEqual(isOvertaken("review"), [true, false, true]);
  assert.deepEqual(isOvertaken("cancel"), [true, true, true]);
});
