import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decide } from "#edge/rules/decide.ts";
import { Association } from "#shared/event.ts";
import { comment, rules } from "./events.ts";

function outcome(...[event, changes = {}]: [ReturnType<typeof comment>, object?]): string {
  const decision = decide(event, rules({ ...changes }));
  return decision.kind === "task" ? decision.task : decision.code;
}

/** Somebody whom the forge does not vouch for. */
const stranger = { association: undefined, author: "eve" };

test("a comment: the task of its command, with what follows it, verified", () => {
  for (const name of ["review", "ask", "analyze", "test", "cancel"] as const) {
    const event = comment(`/${name} mind the\ntests`);
    assert.deepEqual(decide(event, rules()), {
      kind: "task",
      task: name,
      event: { ...event, authorization: "verified" },
      message: "mind the\ntests",
    });
  }
  assert.equal(outcome(comment("/help")), "help");
  assert.equal(outcome(comment("/ask")), "help");
});

test("/review --force: asks the model in any case; elsewhere it is text", () => {
  const said = (body: string) => {
    const decision = decide(comment(body), rules());
    assert(decision.kind === "task");
    return [decision.task, decision.force, decision.message];
  };
  assert.deepEqual(said("/review --force"), ["review", true, undefined]);
  assert.deepEqual(said("/review --force\nmind the tests"), ["review", true, "mind the tests"]);
  assert.deepEqual(said("/review --forced"), ["review", undefined, "--forced"]);
  assert.deepEqual(said("/review mind --force"), ["review", undefined, "mind --force"]);
  assert.deepEqual(said("/ask --force"), ["ask", undefined, "--force"]);
});

test("a comment that is edited, our own, a bot's or no command makes no task", () => {
  assert.equal(outcome(comment("/review", { action: "edited" })), "edited_comment");
  assert.equal(outcome(comment("/review\n<!-- cicd-runner:summary -->")), "own_comment");
  assert.equal(outcome(comment("/review", { bot: true })), "bot");
  assert.equal(outcome(comment("Looks good")), "no_command");
  assert.equal(outcome(comment("/review", { pull_request: { state: "merged" } })), "closed");
});

test("a command is taken on a draft and whatever the title, but in no ignored repository", () => {
  const event = comment("/review", { pull_request: { draft: true, labels: ["wip"] } });
  const ignoring = { ignore_pr_title: ["."], ignore_pr_labels: ["wip"], pr_commands: [] };
  assert.equal(outcome(event, ignoring), "review");
  assert.equal(outcome(event, { ignore_repositories: ["^acme/"] }), "repository");
});

test("a command that there is not is answered with help, unless that is off", () => {
  const decision = decide(comment("/lgtm now"), rules());
  assert(decision.kind === "task" && decision.task === "help");
  assert.equal(decision.message, "/lgtm");
  assert.equal(outcome(comment("/lgtm"), { unknown_commands: "ignore" }), "unknown_command");
});

test("a command of too many characters is refused rather than cut", () => {
  assert.equal(outcome(comment(`/ask ${"x".repeat(20_000)}`)), "ask");
  assert.equal(outcome(comment(`/ask ${"x".repeat(20_001)}`)), "too_long");
});

test("on GitHub owners, members and collaborators give commands, and nobody else", () => {
  const may = Association.options.filter(
    (association) => outcome(comment("/review", { association })) === "review",
  );
  assert.deepEqual(may, ["OWNER", "MEMBER", "COLLABORATOR"]);
  assert.equal(outcome(comment("/review", stranger)), "not_allowed");
});

test("where the forge tells no permission, those on the list give commands", () => {
  const by = (forge: "gitlab" | "gitee" | "gitea", command_users: readonly string[]) =>
    outcome(comment("/review", { ...stranger, forge }), { command_users });
  for (const forge of ["gitlab", "gitee", "gitea"] as const) {
    assert.equal(by(forge, []), "not_allowed");
    assert.equal(by(forge, ["Eve"]), "review");
    assert.equal(by(forge, [`${forge}:eve`]), "review");
    assert.equal(by(forge, ["github:eve", "eves", "ev"]), "not_allowed");
  }
});

test("a name that a forge does not tell is on no list", () => {
  const nobody = comment("/review", { association: undefined, author: "" });
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,5}$/)), (command_users) => {
      assert.equal(outcome(nobody, { command_users }), "not_allowed");
    }),
  );
});

test("an unverified command is handed over as such where the runner is to ask, but no cancel", () => {
  const check = { unverified_commands: "check" };
  const decision = decide(comment("/review", stranger), rules(check));
  assert(decision.kind === "task" && decision.event.type === "comment");
  assert.equal(decision.event.authorization, "unverified");
  assert.equal(outcome(comment("/cancel", stranger), check), "not_allowed");
  assert.equal(outcome(comment("/cancel"), check), "cancel");
});
