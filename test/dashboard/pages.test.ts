import assert from "node:assert/strict";
import { test } from "node:test";
import { v7 } from "uuid";
import type { JournalEvent } from "#shared/journal.ts";
import type { DeadLetter } from "#shared/outbox.ts";
import { handOff } from "../runner-http/hand-off.ts";
import { idle } from "../runner-http/start-runner.ts";
import { startTask } from "../runner-http/start-task.ts";
import { newSqlitePlace } from "../store/place.ts";
import { openDashboard, type TestDashboard } from "./open-dashboard.ts";

const evil = `"'><script>alert(1)</script><img src=x onerror=alert(2)>`;
const usage = {
  input_tokens: 1,
  output_tokens: 2,
  cache_read_input_tokens: 3,
  cache_creation_input_tokens: 4,
  cost_usd: 0.25,
};
const timing = {
  start: "cold",
  wait_ms: 5,
  workspace_ms: 10,
  process_ms: 20,
  turn_ms: 30,
} as const;

const letter: DeadLetter = {
  delivery_id: "one",
  forge: "github",
  task_id: v7(),
  kind: "review",
  session_id: v7(),
  error: { code: "unauthorized", category: "config", message: "no" },
  accepted_at: "2026-01-31T12:00:00Z",
  dead_at: "2026-01-31T12:00:00Z",
};

/** A review whose every text wants to be more than a text. */
async function hostileReview({ runner: { store } }: TestDashboard): Promise<string> {
  const work = handOff();
  const event = { ...work.event, sender: { login: evil, bot: false } };
  if (event.type !== "pull_request") assert.fail();
  event.pull_request = { ...event.pull_request, title: `Fix ${evil}`, body: evil, author: evil };
  await store.enqueue({ ...work, event, message: evil }, { limit: 9 });
  const claim = await store.claim();
  assert(claim);
  const finding = {
    severity: "high",
    category: "bug",
    file: evil,
    line: 1,
    message: evil,
    suggestion: evil,
  } as const;
  const review = { summary: evil, findings: [finding] };
  const journal: JournalEvent[] = [
    { type: "message.delta", data: { text: "I begin " } },
    { type: "message.delta", data: { text: evil } },
    { type: "thinking.delta", data: { text: evil } },
    { type: "tool.use", data: { id: "1", name: evil, input: { command: evil } } },
    { type: "tool.result", data: { id: "1", is_error: true, text: evil } },
    { type: "message.received", data: { message_id: "1", text: evil } },
    {
      type: "permission.requested",
      data: { request_id: "q", tool: evil, input: {}, expires_at: "2100-01-01T00:00:00Z" },
    },
    { type: "output.unknown", data: { line: evil } },
    { type: "task.published", data: { url: `javascript:${evil}` } },
  ];
  await store.append(claim, journal);
  const result = { kind: "review", head_sha: "a", review, usage, timing } as const;
  await store.finish(claim, { state: "succeeded", result });
  return work.task_id;
}

test("text of pull requests, people and models stays text, on every page", async () => {
  await using dashboard = await openDashboard();
  const id = await hostileReview(dashboard);
  const failed = await hostileReview(dashboard);
  assert((await dashboard.runner.store.task(failed))?.state === "succeeded");
  for (const path of ["", "/tasks", `/tasks/${id}`, "/sessions", "/usage", "/dead-letters"]) {
    const response = await dashboard.get(path);
    const page = await response.text();
    assert.equal(response.status, 200, path);
    const policy = response.headers.get("content-security-policy") ?? "";
    const [, nonce = ""] = /script-src 'nonce-([^']+)'/.exec(policy) ?? [];
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    const scripts = page.match(/<script[^>]*>/g) ?? [];
    assert.deepEqual(scripts, [
      `<script type="module" src="/dashboard/script.js" nonce="${nonce}">`,
    ]);
    assert.doesNotMatch(page, /<img|javascript:[^&<]*"|\son\w+=[^&]*"|style="/);
    assert.doesNotMatch(page, /&lt;(?:td|li|span|section|svg|div)\b/, `${path}: escaped twice`);
  }
  const page = await (await dashboard.get(`/tasks/${id}`)).text();
  assert(page.includes("I begin &quot;&#39;&gt;&lt;script&gt;"), page);
});

test("without a script a page tells all: state, timeline, output, review, cost", async () => {
  await using dashboard = await openDashboard();
  const id = await hostileReview(dashboard);
  const task = await (await dashboard.get(`/tasks/${id}`, "read")).text();
  for (const part of [
    "succeeded",
    "octo/hello#",
    '<th scope="row">Wait</th>',
    "$0.25",
    "I begin ",
  ]) {
    assert(task.includes(part), part);
  }
  assert.match(task, /<rect class="s-wait/);
  assert.doesNotMatch(task, /data-events/, "nothing comes any more");
  const overview = await (await dashboard.get("", "read")).text();
  for (const part of ["healthy", "Cost by day", "Running and waiting", "all as set"]) {
    assert(overview.includes(part), part);
  }
  const usagePage = await (await dashboard.get("/usage", "read")).text();
  assert.match(usagePage, /role="img" aria-label="Tasks: 1 in 30 days/);
});

test("the overview shows what has ended, also behind many tasks that wait", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard.runner;
  const id = await hostileReview(dashboard);
  for (let count = 0; count < 6; count += 1) {
    const claim = await startTask(dashboard.runner);
    await store.finish(claim, { state: "cancelled", reason: "asked" });
  }
  for (let count = 0; count < 12; count += 1) await store.enqueue(handOff(), { limit: 100 });
  const page = await (await dashboard.get("")).text();
  const [, time = "", latest = ""] = page.split(/<h2>(?:Time of the latest tasks|Latest)<\/h2>/);
  assert(time.includes(`/tasks/${id}"`), time);
  assert(latest.includes(`/tasks/${id}"`), latest);
  assert(latest.indexOf("cancelled") < latest.indexOf(id), "the latest first");
});

test("a running task leads to its events, which come with the cookie", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard.runner;
  const claim = await startTask(dashboard.runner);
  const page = await (await dashboard.get(`/tasks/${claim.task.id}`, "read")).text();
  const [, path = ""] = /data-events="\/dashboard([^"]+)"/.exec(page) ?? [];
  const [, after] = /data-after="(\d+)"/.exec(page) ?? [];
  assert.equal(after, "2");
  const events = await dashboard.get(`${path}?after=${after}`, "read");
  assert.equal(events.headers.get("content-type"), "text/event-stream");
  await store.append(claim, [{ type: "message.delta", data: { text: "Hello" } }]);
  await store.finish(claim, { state: "cancelled", reason: "asked" });
  const stream = await events.text();
  assert.match(stream, /id: 3\nevent: message.delta\n.*Hello/);
  assert.match(stream, /event: task.cancelled/);
});

test("a long journal is shown from its end, which is followed; a copy has what is new alone", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard.runner;
  const claim = await startTask(dashboard.runner);
  const dropped = (bytes: number): JournalEvent => ({ type: "output.dropped", data: { bytes } });
  await store.append(
    claim,
    Array.from({ length: 5100 }, (_, index) => dropped(index)),
  );
  const shown = async (query: string) => {
    const page = await (await dashboard.get(`/tasks/${claim.task.id}${query}`, "read")).text();
    assert.match(page, /data-events="/);
    const seqs = [...page.matchAll(/data-seq="(\d+)"/g)].map(([, seq]) => Number(seq));
    const [, after] = /data-after="(\d+)"/.exec(page) ?? [];
    return { page, count: seqs.length, first: seqs[0], last: seqs.at(-1), after };
  };
  const whole = await shown("");
  assert.partialDeepStrictEqual(whole, { count: 5000, first: 103, last: 5102, after: "5102" });
  assert.match(whole.page, /From entry 103 on/);
  const copy = await shown("?after=5100");
  assert.partialDeepStrictEqual(copy, { count: 2, first: 5101, last: 5102, after: "5102" });
  assert.partialDeepStrictEqual(await shown("?after=5102"), { count: 0, after: "5102" });
});

test("a page that there is not, and one that can't be made, say so in words", async () => {
  await using dashboard = await openDashboard();
  for (const path of ["/nothing", "/tasks/1", `/tasks/${v7()}`]) {
    const response = await dashboard.get(path);
    assert.equal(response.status, 404, path);
    assert.match(await response.text(), /role="alert">Cannot find/);
  }
  await using lost = await openDashboard({ RUNNER_URL: "http://127.0.0.1:1" });
  const response = await lost.get("");
  assert.equal(response.status, 503);
  const page = await response.text();
  assert.match(page, /unreachable<\/span>: .*Cannot reach runner/);
  assert.match(page, /all the same: 0 wait here/);
  const tasks = await lost.get("/tasks");
  assert.equal(tasks.status, 503);
  assert.match(await tasks.text(), /role="alert">Cannot reach runner/);
});

test("tasks are listed by state and by session", async () => {
  await using dashboard = await openDashboard();
  const { store } = dashboard.runner;
  const queued = handOff();
  const other = handOff();
  await store.enqueue(queued, { limit: 9 });
  await store.enqueue(other, { limit: 9 });
  await store.cancel(other.task_id, "asked");
  const session = (await store.task(queued.task_id))?.session_id;
  const listed = async (query: string) => {
    const page = await (await dashboard.get(`/tasks?${query}`)).text();
    return [queued, other].map(({ task_id }) => page.includes(`/tasks/${task_id}"`));
  };
  assert.deepEqual(await listed(""), [true, true]);
  assert.deepEqual(await listed("state=cancelled"), [false, true]);
  assert.deepEqual(await listed("state=&session_id=x"), [true, true]);
  assert.deepEqual(await listed(`session_id=${session}`), [true, false]);
});

test("a task that was asked for on a terminal is by nobody", async () => {
  await using dashboard = await openDashboard();
  const { task_id, event, ...work } = handOff();
  const nobody = { ...event, sender: { login: "", bot: false } };
  await dashboard.runner.store.enqueue({ ...work, task_id, event: nobody }, { limit: 1 });
  const page = await (await dashboard.get(`/tasks/${task_id}`)).text();
  assert.doesNotMatch(page, />by </);
});

test("lists of tasks, sessions and undelivered say where there are more", async (t) => {
  await using dashboard = await openDashboard();
  const { store } = dashboard.runner;
  for (let count = 0; count < 100; count += 1) await store.enqueue(handOff(), { limit: 101 });
  const shown = async (path: string) => {
    const page = await (await dashboard.get(path)).text();
    return page.replaceAll(/<[^>]*>/g, " ");
  };
  assert.doesNotMatch(await shown("/tasks"), /there are more/);
  assert.match(await shown("/sessions"), /0 of 100 have a process, with 0 B together\.\s/);
  await store.enqueue(handOff(), { limit: 101 });
  assert.match(await shown("/tasks"), /The latest 100: there are more\./);
  assert.match(await shown("/sessions"), /0 of the latest 100 have .* There are more\./);
  let dead = 100;
  t.mock.method(dashboard.outbox, "dead", async (limit: number) =>
    Array.from({ length: Math.min(limit, dead) }, () => letter),
  );
  assert.doesNotMatch(await shown("/dead-letters"), /there are more/);
  dead = 101;
  assert.match(await shown("/dead-letters"), /The oldest 100: there are more\./);
});

test("sessions of many hosts are shown with their host, and which of those did not answer", async () => {
  await using place = await newSqlitePlace();
  await using store = await place.open("host-a");
  const other = await place.open("host-b");
  const processes = new Map([[7, { state: "busy", pid: 4711 } as const]]);
  const numbers = new Map<string, number>();
  await using dashboard = await openDashboard(
    {},
    {
      store,
      sessions: { ...idle, processOf: (id) => processes.get(numbers.get(id) ?? 0) },
      memoryOf: async () => new Map([[4711, 150 * 1024 ** 2]]),
    },
  );
  for (const [number, holder] of [
    [7, store],
    [8, other],
  ] as const) {
    await store.enqueue(handOff({ number }), { limit: 9 });
    const claim = await holder.claim();
    numbers.set(claim?.task.session_id ?? "", number);
  }
  const text = (await (await dashboard.get("/sessions")).text()).replaceAll(/<[^>]*>/g, " ");
  assert.match(text, /1 of 2 have a process, with 150 MB together; the hosts of 1 did not answer/);
  assert.match(text, /#8\s+github.com\s+host-b\s+unknown/);
  assert.match(text, /#7\s+github.com\s+host-a\s+busy\s+150 MB\s+4711/);
});
