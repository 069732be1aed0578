import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { type TestContext, test } from "node:test";
import { EdgeConfig } from "#edge/config.ts";
import { createSweeper } from "#edge/sweep/sweeper.ts";
import { readConfig } from "#shared/config.ts";
import type { CicdError } from "#shared/error.ts";
import { githubPayload } from "../forges/github-payload.ts";
import { environment } from "../settings.ts";
import { type FakeForge, startFakeForge } from "./fake-forge.ts";
import { github, githubSays } from "./fake-github.ts";
import { type Scene, setScene } from "./scene.ts";
import { stands } from "./stands.ts";
import { startSweepingEdge, type WatchedEdge } from "./start-sweeping-edge.ts";

/** Sets a scene whose edge can be watched, for as long as the test runs. */
async function watch(
  t: TestContext,
  name: string,
  environment: Readonly<Record<string, string>> = {},
  { now, queueLimit }: { now?: () => number; queueLimit?: number } = {},
): Promise<{ scene: Scene; edge: WatchedEdge }> {
  const stand = stands.find((one) => one.name === name);
  assert(stand);
  let edge: WatchedEdge | undefined;
  const start = async (settings: Readonly<Record<string, string>>) => {
    edge = await startSweepingEdge(settings, now);
    return edge;
  };
  const scene = await setScene(stand, start, { environment, queueLimit });
  t.after(() => scene[Symbol.asyncDispose]());
  assert(edge);
  return { scene, edge };
}

const repository = "a repository of GitHub";

function errorsOf({ swept }: WatchedEdge): CicdError[] {
  return swept.flatMap((one) => ("error" in one ? [one.error] : []));
}

test("a webhook that can't be read is no matter of the others, and its error says what to do", async (t) => {
  const more = { SWEEP_GITHUB: "acme/gone#9 acme/shop#5" };
  const { scene, edge } = await watch(t, repository, more);
  scene.forge.instead = ({ path }) => (path.includes("gone") ? githubSays(403) : undefined);
  const owner = randomUUID();
  scene.tries({ owner });
  await edge.sweep();
  assert.equal((await scene.tasks(owner)).length, 1);
  const [error, ...others] = errorsOf(edge);
  assert.deepEqual([error?.code, others], ["forge_refused", []]);
  assert.match(error?.hint ?? "", /admin:repo_hook/);
});

test("of two webhooks of a repository that lead here each is read to its end", async (t) => {
  const { scene, edge } = await watch(t, repository);
  const hook = (id: number) => ({ id, config: { url: "https://edge.test/webhooks/github" } });
  const both = { status: 200, json: JSON.stringify([hook(4), hook(5)]) };
  scene.forge.instead = ({ path }) => {
    if (path.endsWith("/hooks")) return both;
    return path.includes("/hooks/4/") ? githubSays(404) : undefined;
  };
  const owner = randomUUID();
  scene.tries({ owner, ago: 200_000 });
  for (let count = 0; count < 130; count += 1) scene.tries({ event: "push", ago: count });
  await edge.sweep();
  const hooks = edge.swept.map(({ hook: name, ...one }) => [name, "error" in one]);
  assert.deepEqual(hooks, [
    ["acme/shop#4", true],
    ["acme/shop#5", false],
  ]);
  assert.equal((await scene.tasks(owner)).length, 1);
});

test("a forge that wants to be left alone is, for as long as it says", async (t) => {
  let now = Date.now();
  const { scene, edge } = await watch(t, repository, {}, { now: () => now });
  const after = { "retry-after": "900" };
  const reset = String(Math.ceil(now / 1000) + 1900);
  const limited = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };
  for (const says of [githubSays(429, after), githubSays(403, limited)]) {
    scene.forge.instead = () => says;
    await edge.sweep();
    assert.equal(scene.forge.asked.splice(0).length, 1);
    now += 890_000;
    await edge.sweep();
    assert.deepEqual(scene.forge.asked, []);
    const codes = errorsOf(edge).map(({ code }) => code);
    assert.deepEqual(codes, ["forge_unavailable", "forge_unavailable"]);
    edge.swept.length = 0;
    now += 120_000;
  }
  await edge.sweep();
  assert.equal(scene.forge.asked.length, 1);
});

test("what a forge in trouble kept from being taken in is taken in the next time", async (t) => {
  const { scene, edge } = await watch(t, repository);
  const owners = [randomUUID(), randomUUID()];
  const [first = "", second = ""] = owners;
  scene.tries({ owner: first, ago: 3000 });
  const broken = scene.tries({ owner: second, ago: 1000 });
  scene.forge.instead = ({ path }) =>
    path.endsWith(`/${broken.number}`) ? githubSays(502) : undefined;
  await edge.sweep();
  scene.forge.instead = undefined;
  await edge.sweep();
  for (const owner of owners) assert.equal((await scene.tasks(owner)).length, 1);
  assert.deepEqual(
    errorsOf(edge).map(({ code }) => code),
    ["forge_unavailable"],
  );
});

test("what is taken in late counts by its own time: what came after it is still taken in", async (t) => {
  const { scene, edge } = await watch(t, repository, { SWEEP_LIMIT: "1" });
  const owner = randomUUID();
  scene.tries({ owner, ago: 60_000 });
  const pushed = scene.tries({ owner, ago: 30_000, action: "synchronize" });
  await edge.sweep();
  await edge.sweep();
  assert.equal((await scene.tasks(owner)).at(-1)?.delivery_id, pushed.id);
});

test("what the runner can't read keeps back nothing that was missed after it, and is told of", async (t) => {
  const { scene, edge } = await watch(t, repository);
  const owner = randomUUID();
  const payload = githubPayload({ owner: randomUUID() });
  const html_url = `https://${"h".repeat(256)}/acme/shop/pull/7`;
  const unreadable = { ...payload, pull_request: { ...payload.pull_request, html_url } };
  scene.tries({ ago: 3000, payload: unreadable });
  scene.tries({ owner });
  for (const _ of [1, 2]) {
    await edge.sweep();
    assert.equal((await scene.tasks(owner)).length, 1);
    assert.match(errorsOf(edge)[0]?.message ?? "", /it refused the delivery: .*repository.host/);
    edge.swept.length = 0;
  }
});

test("a runner whose queue is full gets the rest when it has room", async (t) => {
  const { scene, edge } = await watch(t, repository, { SWEEP_LIMIT: "3" }, { queueLimit: 4 });
  const owners = Array.from({ length: 5 }, () => randomUUID());
  for (const [index, owner] of owners.entries()) scene.tries({ owner, ago: 1000 * (20 - index) });
  await edge.sweep();
  assert.partialDeepStrictEqual(edge.swept, [{ checked: 3, taken_in: 3, more: true }]);
  await edge.sweep();
  assert.deepEqual(
    errorsOf(edge).map(({ code }) => code),
    ["queue_full"],
  );
  for (const { id } of await scene.runner.store.tasks({ limit: 9 })) {
    await scene.runner.store.cancel(id, "Makes room");
  }
  await edge.sweep();
  for (const owner of owners) assert.equal((await scene.tasks(owner)).length, 1);
});

test("nothing is asked of another host than the configured one, wherever an answer leads", async (t) => {
  await using elsewhere: FakeForge = await startFakeForge(() => ({ status: 200, json: "[]" }));
  const { scene, edge } = await watch(t, repository, { SWEEP_GITHUB: "acme/shop#5" });
  scene.forge.instead = () => githubSays(302, { location: `${elsewhere.url}/repos` });
  await edge.sweep();
  scene.forge.instead = ({ query }) =>
    query.has("cursor")
      ? undefined
      : { status: 200, headers: { link: `<${elsewhere.url}?cursor=x>; rel="next"` }, json: "[]" };
  await edge.sweep();
  assert.deepEqual(elsewhere.asked, []);
  assert.equal(errorsOf(edge)[0]?.hint, "Name the repository and the API as they are called now");
});

test("a repository without a webhook that leads here is told of", async (t) => {
  const { edge } = await watch(t, repository, { EDGE_PUBLIC_URL: "https://new.test" });
  await edge.sweep();
  const [error] = errorsOf(edge);
  assert.match(`${error?.message} ${error?.hint}`, /acme\/shop.*\/webhooks\/github/);
});

test("an App's key may have the form that GitHub gives it, and one that is none is told of", async (t) => {
  const PRIVATE_KEY = String(github.key.export({ type: "pkcs1", format: "pem" }));
  const { scene, edge } = await watch(t, "an App of GitHub", { PRIVATE_KEY });
  const owner = randomUUID();
  scene.tries({ owner });
  await edge.sweep();
  assert.equal((await scene.tasks(owner)).length, 1);
  const { privateKey } = generateKeyPairSync("ed25519");
  const wrong = { PRIVATE_KEY: String(privateKey.export({ type: "pkcs8", format: "pem" })) };
  const { edge: other } = await watch(t, "an App of GitHub", wrong);
  await other.sweep();
  assert.match(errorsOf(other)[0]?.hint ?? "", /github\.private_key/);
});

test("a webhook without a credential, or one that there can't be, stops the start", () => {
  for (const [changes, message] of [
    [{ SWEEP_GITHUB: "app" }, /Cannot use sweep\.github: app/],
    [{ SWEEP_GITHUB: "acme/shop" }, /Cannot use sweep\.github: acme\/shop/],
    [{ SWEEP_GITLAB: "acme/shop" }, /Cannot use sweep\.gitlab: acme\/shop/],
    [{ SWEEP_GITHUB: "acme/shop/x" }, /must be app, <owner>\/<repository> or org:<name>/],
    [{ SWEEP_GITLAB: "group:" }, /must be <group>\/<project> or group:<group>/],
    [{ GITHUB_API_URL: "http://github.example.com" }, /must be an https URL/],
    [{ SWEEP_INTERVAL: "1ms" }, /must be at least 1s/],
  ] as const) {
    const settings = { ...environment("http://127.0.0.1:8788"), ...changes };
    const start = () => createSweeper({ config: readConfig(EdgeConfig, {}, settings) });
    assert.throws(start, { code: "config_invalid", message });
  }
});
