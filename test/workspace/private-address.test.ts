import assert from "node:assert/strict";
import { test } from "node:test";
import { RunnerConfig } from "#runner/config.ts";
import { privateHosts } from "#runner/private-hosts.ts";
import { assertFails } from "./assert-fails.ts";
import { serveGit } from "./git-http.ts";
import { createSetting, type Setting } from "./setting.ts";

const protocols = ["http"];
const isPrivateAllowed = undefined;

for (const host of [
  ...["127.0.0.1", "0x7f.1", "2130706433", "localhost", "0.0.0.0", "10.1.2.3", "192.168.0.1"],
  ...["169.254.169.254", "100.100.100.200", "168.63.129.16", "[::1]", "[::ffff:127.0.0.1]"],
  ...[
    "[::ffff:a9fe:a9fe]",
    "[::7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fd00:ec2::254]",
  ],
  ...["[fe80::1]", "[fec0::1]"],
]) {
  test(`prepareCheckout connects to nothing at ${host}`, async () => {
    await using setting = await createSetting();
    await using server = await serveGit(setting.path("."));
    const url = `http://${host}:${new URL(server.url).port}/shop.git`;
    const checkout = setting.checkout(
      { ...(await pullRequest(setting)), url },
      { git: { protocols, isPrivateAllowed } },
    );
    const { hint } = await assertFails(checkout, "repository_refused", /is not a public one$/);
    assert.match(hint ?? "", /clone_private_hosts/);
    assert.deepEqual(server.requests, []);
  });
}

test("prepareCheckout refuses a host of which one address among others is private", async () => {
  await using setting = await createSetting();
  const sides = { ...(await pullRequest(setting)), url: "http://forge.test/shop.git" };
  for (const addresses of [["93.184.215.14", "127.0.0.1"], ["2606:4700::1111", "::1"], ["?"]]) {
    const git = { protocols, isPrivateAllowed, resolve: async () => addresses };
    await assertFails(setting.checkout(sides, { git }), "repository_refused", /^Cannot fetch from/);
  }
});

test("prepareCheckout connects to the addresses that it has checked, and looks up no others", async () => {
  await using setting = await createSetting();
  await using server = await serveGit(setting.path("."));
  const { port } = new URL(server.url);
  const asked: string[] = [];
  const resolve = async (hostname: string) => {
    asked.push(hostname);
    return ["127.0.0.1"];
  };
  // No name server knows this one: git itself would find nothing.
  const url = `http://forge.test:${port}/shop.git`;
  const sides = { ...(await pullRequest(setting)), url };
  const { files } = await setting.checkout(sides, { git: { protocols, resolve } });
  assert.equal(files.length, 1);
  assert.deepEqual(asked, ["forge.test"]);
  assert(server.requests.length > 1);
});

test("prepareCheckout fails as repository_unavailable when nobody knows the host", async () => {
  await using setting = await createSetting();
  const sides = { ...(await pullRequest(setting)), url: "http://forge.test/shop.git" };
  const resolve = () => Promise.reject(new Error("no such host"));
  const git = { protocols, isPrivateAllowed, resolve };
  const lost = setting.checkout(sides, { git });
  await assertFails(lost, "repository_unavailable", /^Cannot find host forge\.test$/);
});

test("prepareCheckout leaves a host that nobody here knows to the proxy, and to nothing else", async () => {
  await using setting = await createSetting();
  const connected: (string | undefined)[] = [];
  await using proxy = await serveGit(setting.path("."), {
    intercept: ({ url }, response) => {
      connected.push(url);
      response.writeHead(404).end();
      return true;
    },
  });
  const sides = { ...(await pullRequest(setting)), url: "http://forge.test/shop.git" };
  const resolve = () => Promise.reject(new Error("no such host"));
  const environment = { PATH: process.env.PATH, http_proxy: proxy.url };
  const git = { protocols, isPrivateAllowed, resolve, environment };
  await assertFails(setting.checkout(sides, { git }), "repository_refused", /404|not found/);
  assert.match(connected[0] ?? "", /^http:\/\/forge\.test\/shop\.git\/info\/refs/);
  const direct = { ...git, environment: { ...environment, no_proxy: "forge.test" } };
  await assertFails(
    setting.checkout(sides, { git: direct }),
    "repository_unavailable",
    /Failed to connect|Couldn't connect/,
  );
});

test("prepareCheckout refuses a host that ends with a dot", async () => {
  await using setting = await createSetting();
  const sides = { ...(await pullRequest(setting)), url: "http://forge.test./shop.git" };
  const git = { protocols, isPrivateAllowed, resolve: async () => ["93.184.215.14"] };
  await assertFails(setting.checkout(sides, { git }), "repository_refused", /ends with a dot$/);
});

test("hosts of the forges may be private at their own port, others where the operator says so", () => {
  const isAllowed = privateHosts(
    RunnerConfig.parse({
      runner_secret: ["runner-secret-of-the-test"],
      runner: { clone_private_hosts: ["git.corp.test", "Other.test:8443"] },
      gitea: { host: "gitea.corp.test:3000" },
    }),
  );
  const allowed = [
    ...["https://github.com/a", "http://gitea.corp.test:3000/a", "https://git.corp.test:99/a"],
    ...["http://git.corp.test/a", "https://other.test:8443/a"],
  ];
  const refused = [
    ...["https://github.com:8443/a", "http://gitea.corp.test/a", "https://sub.git.corp.test/a"],
    ...["https://other.test/a", "https://127.0.0.1/a"],
  ];
  for (const url of allowed) assert(isAllowed(new URL(url)), url);
  for (const url of refused) assert(!isAllowed(new URL(url)), url);
});

async function pullRequest({ repository }: Setting) {
  const base = await repository.commit({ files: { "a.ts": "1\n" } });
  const head = await repository.commit({ branch: "topic", from: base, files: { "a.ts": "2\n" } });
  return { head, base };
}
