import assert from "node:assert/strict";
import { test } from "node:test";
import { decide } from "#edge/rules/decide.ts";
import { MessageText } from "#shared/api.ts";
import type { ForgeEvent } from "#shared/task-event.ts";
import { pullRequestEvent } from "#test/shared/pull-request-event.ts";
import { pipeline, pullRequest, rules } from "./events.ts";

/** The kind of the task, or the code of the reason why there is none. */
function outcome(event: ForgeEvent, changes: Readonly<Record<string, unknown>> = {}): string {
  const decision = decide(event, rules(changes));
  return decision.kind === "task" ? decision.task : decision.code;
}

test("decide: what is done to a pull request, by rules.handle_pr_actions and pushes by their own", () => {
  const by = (changes = {}) =>
    (["opened", "reopened", "ready_for_review", "synchronize", "labeled", "edited"] as const).map(
      (action) => outcome(pullRequest(action), changes),
    );
  const usual = ["review", "review", "review", "review", "action", "action"];
  assert.deepEqual(by(), usual);
  assert.deepEqual(by({ handle_push_trigger: false }), usual.with(3, "action"));
  const labels = by({ handle_pr_actions: ["labeled"] });
  assert.deepEqual(labels, ["action", "action", "action", "review", "review", "action"]);
});

test("decide: which task, by rules.pr_commands and rules.push_commands", () => {
  const commands = { pr_commands: ["/analyze"], push_commands: ["/test"] };
  assert.equal(outcome(pullRequest("opened"), commands), "analyze");
  assert.equal(outcome(pullRequest("synchronize"), commands), "test");
  const none = { pr_commands: [], push_commands: [] };
  assert.equal(outcome(pullRequest("opened"), none), "automatic_off");
  assert.equal(outcome(pullRequest("synchronize"), none), "automatic_off");
});

test("decide: a closed pull request ends its session, whatever else the rules say", () => {
  const all = {
    handle_pr_actions: [],
    pr_commands: [],
    ignore_forks: true,
    ignore_pr_title: ["."],
    ignore_pr_labels: ["wip"],
  };
  const event = pullRequest("closed", { draft: true, fork: true, labels: ["wip"] });
  assert.equal(outcome(event, all), "close");
});

test("decide: drafts wait until they are ready, unless they are wanted", () => {
  assert.equal(outcome(pullRequest("opened", { draft: true })), "draft");
  assert.equal(outcome(pullRequest("synchronize", { draft: true })), "draft");
  assert.equal(outcome(pullRequest("ready_for_review", { draft: true })), "review");
  const wanted = { feedback_on_draft_pr: true };
  assert.equal(outcome(pullRequest("opened", { draft: true }), wanted), "review");
});

test("decide: each rule leaves alone what it names, says which it was, and nothing else", () => {
  const event = pullRequest("opened", { labels: ["wip", "big"], fork: true }, true);
  const cases: readonly [code: string, rule: string, hits: unknown, misses: unknown][] = [
    ["title", "ignore_pr_title", ["^Charge"], ["^charge"]],
    ["label", "ignore_pr_labels", ["big"], ["BIG"]],
    ["author", "ignore_pr_authors", ["Mona"], ["mon"]],
    ["author", "ignore_pr_authors", ["github:mona"], ["gitlab:mona"]],
    ["source_branch", "ignore_pr_source_branches", ["once$"], ["^once"]],
    ["target_branch", "ignore_pr_target_branches", ["^main$"], ["^master$"]],
    ["repository", "ignore_repositories", ["^acme/shop$"], ["^acme/shops$"]],
    ["fork", "ignore_forks", true, false],
    ["bot", "ignore_bot_pr", true, false],
  ];
  for (const [code, rule, hits, misses] of cases) {
    const decision = decide(event, rules({ [rule]: hits }));
    assert(decision.kind === "ignored", rule);
    assert.equal(decision.code, code);
    assert.match(decision.reason, new RegExp(rule));
    assert.equal(outcome(event, { [rule]: misses }), "review", rule);
  }
});

test("decide: a check that is asked for again makes a review", () => {
  const { action: _, ...event } = pullRequestEvent();
  const check = { head_sha: "a".repeat(40) };
  assert.equal(outcome({ ...event, type: "check", action: "rerequested", check }), "review");
});

test("decide: a failed pipeline is analyzed only where that is on, and told what failed", () => {
  assert.equal(outcome(pipeline()), "failures_off");
  assert.equal(outcome(pipeline({ labels: ["wip"] }), on({ ignore_pr_labels: ["wip"] })), "label");
  const decision = decide(pipeline(), rules(on()));
  assert(decision.kind === "task" && decision.task === "analyze");
  assert.equal(
    decision.message,
    `Pipeline CI failed at ${"a".repeat(40)}.
Its page: https://gitlab.com/acme/shop/-/pipelines/9
What failed in it:
- job unit of stage test: script_failure`,
  );
});

test("decide: what failed in a pipeline of many jobs is no longer than a message may be", () => {
  const { pipeline: told, ...event } = pipeline();
  const jobs = Array.from({ length: 50 }, (_, index) => ({
    name: `${index} ${"n".repeat(240)}`,
    stage: "s".repeat(256),
  }));
  const decision = decide({ ...event, pipeline: { ...told, jobs } }, rules(on()));
  assert(decision.kind === "task");
  assert.match(MessageText.parse(decision.message), /\n- job 0 n+ of stage s+\n- job 1 n+/);
});

test("decide: a push makes no task", () => {
  const { forge, repository, sender } = pullRequestEvent();
  const push = { type: "push", forge, repository, sender, ref: "refs/heads/main" } as const;
  assert.equal(outcome(push), "push");
});

function on(changes: Readonly<Record<string, unknown>> = {}) {
  return { analyze_failures: true, ...changes };
}
