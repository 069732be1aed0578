import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as z from "zod";
import { readConfig, variablesOf } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import { Duration } from "#shared/quantity.ts";
import { RunnerSecret } from "#shared/runner-secret.ts";

const Schema = z.strictObject({
  async: z
    .strictObject({
      enabled: z.boolean().default(true),
      max_sessions: z.int().positive().default(10),
      idle_timeout: Duration.prefault("30m"),
    })
    .prefault({}),
  github: z
    .strictObject({ webhook_secret: z.string().min(8).meta({ secret: true }).optional() })
    .prefault({}),
  runner_secret: RunnerSecret.optional(),
  ports: z.array(z.int()).default([80]),
  url: z
    .url()
    .meta({ env: ["ACME_URL", "ACME_BASE_URL"] })
    .optional(),
  tokens: z.array(z.strictObject({ name: z.string(), hash: z.string() })).default([]),
});

suite("readConfig", () => {
  test("nothing given: every default holds, in nested objects too", () => {
    assert.deepEqual(readConfig(Schema, {}, {}), {
      async: { enabled: true, max_sessions: 10, idle_timeout: 1_800_000 },
      github: {},
      ports: [80],
      tokens: [],
    });
  });

  test("a key in the file: it wins over the default and leaves its neighbours", () => {
    const { async } = readConfig(Schema, { async: { idle_timeout: "5s" } }, {});
    assert.deepEqual(async, { enabled: true, max_sessions: 10, idle_timeout: 5000 });
  });

  test("a variable: it wins over the file, which stays as it was", () => {
    const file = { async: { max_sessions: 3, enabled: true } };
    const env = { ASYNC_MAX_SESSIONS: "4", ASYNC_ENABLED: "false" };
    const { async } = readConfig(Schema, file, env);
    assert.deepEqual(async, { enabled: false, max_sessions: 4, idle_timeout: 1_800_000 });
    assert.deepEqual(file, { async: { max_sessions: 3, enabled: true } });
  });

  test("an empty variable: as if it were missing", () => {
    const { async } = readConfig(
      Schema,
      { async: { max_sessions: 3 } },
      { ASYNC_MAX_SESSIONS: "" },
    );
    assert.equal(async.max_sessions, 3);
  });

  test("names in env metadata: the first that is set wins, then the name of the path", () => {
    const all = {
      ACME_URL: "https://one.test",
      ACME_BASE_URL: "https://two.test",
      URL: "https://three.test",
    };
    assert.equal(readConfig(Schema, {}, all).url, "https://one.test");
    assert.equal(readConfig(Schema, {}, { ...all, ACME_URL: "" }).url, "https://two.test");
    assert.equal(readConfig(Schema, {}, { URL: all.URL }).url, "https://three.test");
  });

  test("a list from a variable: separated by white space, each item of the list's type", () => {
    assert.deepEqual(readConfig(Schema, {}, { PORTS: " 80  443\n8080 " }).ports, [80, 443, 8080]);
    const secrets = ["a".repeat(16), "b".repeat(16)];
    const env = { RUNNER_SECRET: secrets.join(" ") };
    assert.deepEqual(readConfig(Schema, {}, env).runner_secret, secrets);
  });

  test("a variable of the wrong type: names key, value and variable", () => {
    const message = refusal(
      {},
      { ASYNC_MAX_SESSIONS: "many", ASYNC_ENABLED: "yes", PORTS: "80 x" },
    );
    assert.match(message, /^Cannot read configuration:\n/);
    assert.match(message, /async\.max_sessions: .*number.*\(got "many", from ASYNC_MAX_SESSIONS\)/);
    assert.match(message, /async\.enabled: .*boolean.*\(got "yes", from ASYNC_ENABLED\)/);
    assert.match(message, /ports\.1: .*number.*\(got "x", from PORTS\)/);
  });

  test("a number of white space or beyond all numbers: refused", () => {
    assert.match(refusal({}, { ASYNC_MAX_SESSIONS: " " }), /async\.max_sessions: /);
    assert.match(refusal({}, { ASYNC_MAX_SESSIONS: "Infinity" }), /async\.max_sessions: /);
  });

  test("a key of the wrong type in the file: names key and value, and no variable", () => {
    const message = refusal({ async: { max_sessions: 0 } }, {});
    assert.match(message, /async\.max_sessions: .*\(got 0\)/);
  });

  test("several problems: one line for each", () => {
    const file = { async: { max_sessions: 0, idle_timeout: "soon" } };
    assert.equal(refusal(file, { URL: "nowhere" }).split("\n").length, 4);
  });

  test("an unknown key: names the nearest known one of its place", () => {
    const message = refusal({ asink: {}, async: { max_session: 1 }, tokens: [{ hsh: "x" }] }, {});
    assert.match(message, /asink: unknown key; did you mean async\?/);
    assert.match(message, /async\.max_session: unknown key; did you mean max_sessions\?/);
    assert.match(message, /tokens\.0\.hsh: unknown key; did you mean hash\?/);
  });

  test("a required key that is missing: says so", () => {
    const schema = z.strictObject({ edge: z.strictObject({ url: z.url() }).prefault({ url: "" }) });
    assert.match(refusal({ edge: {} }, {}, schema), /edge\.url: .*\(it is not set\)/);
  });

  test("a file that holds no keys: refused", () => {
    for (const file of [null, "text", ["list"], 7]) {
      assert.match(refusal(file, {}), /the file must hold keys and values at its top/);
    }
  });

  test("a section that is no object while a variable sets a key of it: names the section", () => {
    const message = refusal({ async: "on" }, { ASYNC_MAX_SESSIONS: "4" });
    assert.match(message, /async: .*object.*\(got "on"\)/);
  });

  test("an empty section: a variable still sets its keys", () => {
    const { async } = readConfig(Schema, { async: null }, { ASYNC_MAX_SESSIONS: "4" });
    assert.equal(async.max_sessions, 4);
  });

  const secret = "hunter2";
  const cases: [name: string, file: unknown, env: Record<string, string>, schema?: z.ZodObject][] =
    [
      ["in the file", { github: { webhook_secret: secret } }, {}],
      ["in a variable", {}, { GITHUB_WEBHOOK_SECRET: secret }],
      ["in a list", {}, { RUNNER_SECRET: `${secret} ${secret}` }],
      ["where a list should be", { runner_secret: secret }, {}],
      ["where its section should be", { github: secret }, {}],
      ["in a list in place of its section", { github: [{ webhook_secret: secret }] }, {}],
      ["under a list that should be a text", { url: [secret] }, {}],
      [
        "beside what a rule over the whole file refuses",
        { github: { webhook_secret: `${secret}-long` } },
        {},
        Schema.refine(() => false, "must make sense"),
      ],
    ];
  for (const [name, file, env, schema] of cases) {
    test(`a secret ${name}: the error does not show it`, () => {
      assert.ok(!refusal(file, env, schema).includes(secret));
    });
  }

  function refusal(file: unknown, env: Record<string, string>, schema: z.ZodObject = Schema) {
    try {
      readConfig(schema, file, env);
    } catch (error) {
      assert.ok(error instanceof CicdError);
      assert.equal(error.code, "config_invalid");
      return error.message;
    }
    return assert.fail("the configuration was taken");
  }
});

test("variablesOf: every name of every leaf, each once", () => {
  assert.deepEqual(variablesOf(Schema), [
    "ASYNC_ENABLED",
    "ASYNC_MAX_SESSIONS",
    "ASYNC_IDLE_TIMEOUT",
    "GITHUB_WEBHOOK_SECRET",
    "RUNNER_SECRET",
    "PORTS",
    "ACME_URL",
    "ACME_BASE_URL",
    "URL",
    "TOKENS",
  ]);
});
