import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseArgs } from "node:util";
import { toolArguments } from "#runner/claude/tools.ts";
import { RunnerConfig } from "#runner/config.ts";
import { readConfig } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";

const text = { type: "string" } as const;

/** The rules of a configuration, as the arguments that they become. */
function read(tools: object) {
  const rules = configured(tools).tools;
  const options = { tools: text, settings: text, "permission-mode": text };
  const args = toolArguments(rules);
  const { values } = parseArgs({
    args,
    strict: true,
    options: { ...options, "permission-prompt-tool": text },
  });
  const { settings, ...rest } = values;
  return { ...rest, settings: settings === undefined ? undefined : JSON.parse(settings) };
}

function configured(tools: object, environment: Record<string, string> = {}) {
  const secret = { RUNNER_SECRET: "x".repeat(32) };
  return readConfig(RunnerConfig, { claude: { tools } }, { ...secret, ...environment }).claude;
}

function refusal(tools: object, environment?: Record<string, string>): string {
  try {
    configured(tools, environment);
  } catch (error) {
    assert(error instanceof CicdError && error.code === "config_invalid");
    return error.message;
  }
  return assert.fail(`${JSON.stringify(tools)} was taken`);
}

suite("claude.tools", () => {
  test("unset: tools that read and no others, without asking anybody", () => {
    assert.deepEqual(toolArguments(configured({}).tools), [
      ...["--tools", "Read,Grep,Glob"],
      ...["--permission-mode", "dontAsk"],
    ]);
    assert.equal(configured({}).permission_timeout, 60_000);
  });

  test("allow: the tool is offered and its rule handed on, and nobody is asked", () => {
    assert.deepEqual(read({ allow: ["Read", "Bash(git log:*)", "Bash(git diff:*)"] }), {
      tools: "Read,Bash",
      "permission-mode": "dontAsk",
      settings: {
        permissions: { allow: ["Bash(git log:*)", "Bash(git diff:*)"], ask: [], deny: [] },
      },
    });
  });

  test("allow of tools that write: files of the checkout alone", () => {
    for (const tool of ["Edit", "Write", "NotebookEdit"]) {
      const { tools, settings } = read({ allow: [tool] });
      assert.equal(tools, tool);
      assert.deepEqual(settings.permissions.allow, ["Edit(./**)"]);
    }
  });

  test("allow of tools that read: no rule, which would let them read anywhere", () => {
    const { settings } = read({ allow: ["Read", "Grep", "Glob"], deny: ["Read(secrets/**)"] });
    assert.deepEqual(settings.permissions, { allow: [], ask: [], deny: ["Read(secrets/**)"] });
  });

  test("ask: the tool is offered, and the host is asked", () => {
    assert.deepEqual(read({ ask: ["Bash", "WebFetch(domain:example.com)"] }), {
      tools: "Read,Grep,Glob,Bash,WebFetch",
      "permission-mode": "manual",
      "permission-prompt-tool": "stdio",
      settings: {
        permissions: { allow: [], ask: ["Bash", "WebFetch(domain:example.com)"], deny: [] },
      },
    });
  });

  test("a tool that could reach other sessions, wake itself or start agents: refused", () => {
    const dangerous = ["ScheduleWakeup", "CronCreate", "SendMessage", "ListAgents", "Agent"];
    for (const list of ["allow", "ask"]) {
      for (const tool of [...dangerous, "Task", "Skill", "mcp__x__y", "bash", "Task(x)"]) {
        const message = refusal({ [list]: ["Read", tool] });
        assert.match(message, /must be about one of Read, Grep, Glob, Edit/);
        assert(message.includes(`claude.tools.${list}.1`) && message.includes(tool), message);
      }
    }
    assert.deepEqual(configured({ deny: ["Agent"] }).tools.deny, ["Agent"]);
  });

  test("allow that reads outside of the checkout: refused", () => {
    for (const rule of ["Read(//etc/**)", "Grep(//etc)", "Glob(**)"]) {
      assert.match(refusal({ allow: [rule] }), /they read the checkout alone/);
    }
  });

  test("what is no rule: refused, also one that a variable has cut in two", () => {
    for (const rule of ["", "Bash(", "Bash()", "Bash (x)", "*", "Bash,Edit"]) {
      assert.match(
        refusal({ deny: [rule] }),
        /claude\.tools\.deny\.0: must be Tool or Tool\(rule\)/,
      );
    }
    const message = refusal({}, { CLAUDE_TOOLS_ALLOW: "Read Bash(git log:*)" });
    assert.match(message, /one with a space has to be in the file/);
    assert.match(message, /CLAUDE_TOOLS_ALLOW/);
    const { allow } = configured({}, { CLAUDE_TOOLS_ALLOW: "Read Bash(ls:*)" }).tools;
    assert.deepEqual(allow, ["Read", "Bash(ls:*)"]);
  });
});
