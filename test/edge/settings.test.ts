import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createEdge } from "#edge/app.ts";
import { EdgeConfig } from "#edge/config.ts";
import { readBindings } from "#edge/queue/bindings.ts";
import worker from "#edge/worker.ts";
import { readConfig } from "#shared/config.ts";
import { CicdError } from "#shared/error.ts";
import { Forge } from "#shared/event.ts";
import { Problem } from "#shared/problem.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { openTestOutbox } from "./open-outbox.ts";
import { environment } from "./settings.ts";

const good = environment("http://127.0.0.1:8788");

const opened = await openTestOutbox(readConfig(EdgeConfig, {}, good));
const { outbox } = opened;
after(() => opened[Symbol.asyncDispose]());

const forges = Forge.options;
const variableOf = (forge: string) => `${forge.toUpperCase()}_WEBHOOK_SECRET`;

/** The error that a changed environment leads to. */
function errorOf(changes: Readonly<Record<string, string>>): CicdError {
  try {
    createEdge({ outbox, config: readConfig(EdgeConfig, {}, { ...good, ...changes }) });
  } catch (thrown) {
    // Not CicdError.from: an error of another class would be a defect.
    assert.ok(thrown instanceof CicdError, String(thrown));
    return thrown;
  }
  throw new Error("Cannot find the error: there was none");
}

test("EdgeConfig has defaults for all but the secrets", () => {
  const config = readConfig(EdgeConfig, {}, { RUNNER_SECRET: "a-runner-secret-0" });
  assert.deepEqual(config, {
    github: { host: "github.com" },
    gitlab: { host: "gitlab.com" },
    gitee: { host: "gitee.com" },
    gitea: {},
    runner_url: ["http://127.0.0.1:8788"],
    runner_secret: ["a-runner-secret-0"],
    rules: {
      handle_pr_actions: ["opened", "reopened", "ready_for_review"],
      pr_commands: ["/review"],
      handle_push_trigger: true,
      push_commands: ["/review"],
      feedback_on_draft_pr: false,
      analyze_failures: false,
      ignore_forks: false,
      ignore_bot_pr: false,
      ignore_pr_title: [],
      ignore_pr_labels: [],
      ignore_pr_authors: [],
      ignore_pr_source_branches: [],
      ignore_pr_target_branches: [],
      ignore_repositories: [],
      command_users: [],
      unverified_commands: "refuse",
      unknown_commands: "help",
    },
    edge: {
      max_body: 25 * 1024 ** 2,
      link_ttl: 24 * 3_600_000,
      dashboard_ttl: 12 * 3_600_000,
      runner_timeout: 5000,
      hand_off_timeout: 300,
      state_dir: ".cicd-runner",
      outbox_size: 256 * 1024 ** 2,
      api_tokens: [],
      cors_origins: [],
      trusted_proxies: [],
      client_address_header: "x-forwarded-for",
      rate_limit: { api: 600, unproved: 60 },
    },
    sweep: {
      enabled: true,
      github: [],
      gitlab: [],
      interval: 5 * 60_000,
      window: 12 * 3_600_000,
      limit: 100,
    },
  });
});

test("EdgeConfig reads tokens as scope and hash", () => {
  const hash = "0A".repeat(32);
  const { edge } = readConfig(EdgeConfig, {}, { ...good, API_TOKENS: `write:${hash}` });
  assert.deepEqual(edge.api_tokens, [{ scope: "write", hash: hash.toLowerCase() }]);
});

test("EdgeConfig refuses what is no URL, no origin, no token and no size, by its name", () => {
  const wrong = {
    RUNNER_URL: ["garbage", "ftp://host", "http://host/path", "http://host?q", "http://u:p@host"],
    EDGE_PUBLIC_URL: ["garbage", "javascript:alert(1)", "https://host?q", "https://host#f"],
    API_TOKENS: ["root:00", "read", `read:${"0".repeat(63)}`, "reader"],
    EDGE_MAX_BODY: ["25", "big"],
    EDGE_CORS_ORIGINS: ["*", "https://host/", "https://host/path", "null", "https://u@host"],
    EDGE_TRUSTED_PROXIES: ["10.0.0.1/33", "localhost", "10.1", "::/129", "10.0.0.0/8,::1", "*"],
    EDGE_CLIENT_ADDRESS_HEADER: ["forwarded"],
    EDGE_RATE_LIMIT_API: ["-1", "many", "1.5"],
    RUNNER_SECRET: ["short"],
    GITLAB_WEBHOOK_SECRET: ["whsec_", "whsec_not base64", "good whsec_A"],
    GITEE_PATH_SEGMENT: ["short", "with/a/slash/in/it", "with-percent-%20-in-it"],
    GITHUB_HOST: ["https://github.com", "host/path", "user@host", "host:port", "a..b:99999"],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const { code, message } = errorOf({ [name]: value });
      assert.equal(code, "config_invalid", value);
      assert.match(message, new RegExp(`from ${name}`), value);
    }
  }
});

test("EdgeConfig shows no part of a secret or token that it refuses", () => {
  assert.doesNotMatch(errorOf({ RUNNER_SECRET: "hunter2" }).message, /hunter2/);
  assert.doesNotMatch(errorOf({ API_TOKENS: "read:hunter2" }).message, /hunter2/);
  assert.doesNotMatch(errorOf({ GITLAB_WEBHOOK_SECRET: "whsec_hunter2" }).message, /hunter2/);
  assert.doesNotMatch(errorOf({ GITEE_PATH_SEGMENT: "hunter2" }).message, /hunter2/);
});

test("createEdge refuses to start without a webhook secret, and says what to set", () => {
  const none = Object.fromEntries(forges.map((forge) => [variableOf(forge), " "]));
  const { code, hint } = errorOf({ ...none, GITHUB_WEBHOOK_SECRET: "" });
  assert.equal(code, "config_invalid");
  for (const forge of forges) assert.match(hint ?? "", new RegExp(variableOf(forge)));
});

test("createEdge starts with the secret of any one forge, and answers 404 for the others", async () => {
  for (const forge of forges) {
    const env = { RUNNER_SECRET: good.RUNNER_SECRET, [variableOf(forge)]: "secret" };
    const app = createEdge({ outbox, config: readConfig(EdgeConfig, {}, env) });
    for (const other of forges) {
      const response = await app.request(`/webhooks/${other}`, { method: "POST" });
      if (other === forge) {
        await assertProblem(response, 415, "unsupported_media_type");
      } else {
        const { detail, hint } = await assertProblem(response, 404, "not_found");
        assert.match(detail, new RegExp(`${other} is not configured`));
        assert.match(hint ?? "", new RegExp(variableOf(other)));
      }
    }
  }
});

test("worker answers all with a problem when its settings are wrong, and logs which", async (t) => {
  const log = t.mock.method(console, "error", () => {});
  const request = new Request("https://edge.example.com/health");
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const env = { ...good, RUNNER_SECRET: "hunter2", SOME_BINDING: {} };
  for (const _ of [1, 2]) {
    const response = await worker.fetch(request, env, context);
    assert.equal(response.status, 503);
    const text = await response.text();
    assert.equal(Problem.parse(JSON.parse(text)).code, "config_invalid");
    assert.doesNotMatch(text, /hunter2|RUNNER_SECRET/);
  }
  assert.equal(log.mock.callCount(), 1);
  const said = log.mock.calls.flatMap((call) => call.arguments).join(" ");
  assert.match(said, /runner_secret/);
  assert.doesNotMatch(said, /hunter2/);
});

test("readBindings names what the Worker was deployed without", () => {
  const queue = { send: async () => {} };
  const database = { prepare: () => {} };
  assert.equal(readBindings({ OUTBOX: queue, DEAD_LETTERS: database }).queue, queue);
  for (const env of [{ OUTBOX: queue }, { OUTBOX: queue, DEAD_LETTERS: queue }]) {
    assert.throws(() => readBindings(env), {
      code: "config_invalid",
      message: "Cannot start edge: no binding DEAD_LETTERS",
    });
  }
});
