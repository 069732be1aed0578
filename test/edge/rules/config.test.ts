import assert from "node:assert/strict";
import { test } from "node:test";
import { EdgeConfig } from "#edge/config.ts";
import { readConfig } from "#shared/config.ts";

const secret = { RUNNER_SECRET: "a-runner-secret-0" };
const read = (rules: object, environment: Readonly<Record<string, string>> = {}) =>
  readConfig(EdgeConfig, { rules }, { ...secret, ...environment }).rules;

test("rules: a pattern that is none stops the start, and names itself", () => {
  for (const pattern of ["(", "[", "a{2,1}", "(?=ahead)", "\\1"]) {
    assert.throws(() => read({ ignore_pr_title: ["^fine$", pattern] }), {
      code: "config_invalid",
      message: /rules\.ignore_pr_title\.1: must be a regular expression/,
    });
  }
});

test("rules: more than one command for an event is refused, with the reason", () => {
  const message = /rules\.pr_commands: must hold one command at most: a delivery makes one task/;
  assert.throws(() => read({ pr_commands: ["/review", "/test"] }), { message });
  assert.throws(() => read({ pr_commands: ["/describe"] }), { code: "config_invalid" });
  assert.throws(() => read({ handle_pr_actions: ["closed"] }), { code: "config_invalid" });
});

test("rules: lists come from variables too", () => {
  const { ignore_repositories, command_users } = read(
    {},
    { RULES_IGNORE_REPOSITORIES: "^acme/ -old$", RULES_COMMAND_USERS: "Mona gitlab:eve" },
  );
  assert.deepEqual(
    ignore_repositories.map(({ source }) => source),
    ["^acme/", "-old$"],
  );
  assert.deepEqual(command_users, ["mona", "gitlab:eve"]);
});

test("rules: no title makes a pattern hang", () => {
  const { ignore_pr_title } = read({ ignore_pr_title: ["(a+)+$", "(a|a)*$", "(a*)*b"] });
  const began = performance.now();
  for (const { found } of ignore_pr_title) found(`${"a".repeat(4095)}!`);
  assert.ok(performance.now() - began < 5000);
});
