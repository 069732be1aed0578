import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { createToken } from "#cli/token.ts";
import { setScene } from "../host/scene.ts";
import { edgeCommand, startEdge } from "../systemd/start-edge.ts";
import { startManager } from "../systemd/start-manager.ts";
import { tempFolder } from "../temp-folder.ts";
import { until } from "../until.ts";

/** An edge under a service manager, with a configuration file that changes. */
async function startScene(yaml: string) {
  await using undo = new AsyncDisposableStack();
  const file = join(undo.use(await tempFolder()).path, "settings.yaml");
  const write = (text: string) => writeFile(file, text);
  await write(yaml);
  const manager = undo.use(await startManager());
  const command = [...edgeCommand({ launched: true }), "--config", file];
  const environment = { PORT: "", NOTIFY_SOCKET: manager.socket };
  const edge = undo.use(startEdge(command, environment));
  await until(() => manager.told.length > 0);
  const [, url = ""] = /Serving on (\S+)/.exec(manager.told[0] ?? "") ?? [];
  const resources = undo.move();
  return {
    url,
    edge,
    told: manager.told,
    write,
    /** Reloads; resolves to what the manager is told when that is done. */
    reload: async (text: string) => {
      const before = manager.told.length;
      await write(text);
      process.kill(edge.pid, "SIGHUP");
      await until(() => manager.told.length >= before + 2);
      const [begun = "", done = ""] = manager.told.slice(before);
      assert.match(begun, /^RELOADING=1 MONOTONIC_USEC=\d+ STATUS=Reloading$/);
      return done;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

test("SIGHUP: what can change does, what can't is named, and the manager hears of both", async () => {
  await using scene = await startScene("port: 0\n");
  const { token, entry } = createToken("read");
  const ask = async () =>
    (await fetch(`${scene.url}/v1/tasks`, { headers: { authorization: `Bearer ${token}` } }))
      .status;
  assert.equal(await ask(), 401);
  const tokens = `edge:\n  api_tokens: ["${entry}"]\n`;
  assert.equal(await scene.reload(`port: 0\n${tokens}`), `READY=1 STATUS=Serving on ${scene.url}`);
  // The token is good, and there is no runner.
  assert.equal(await ask(), 503);
  await until(() => /"event":"reloaded","settings":\["edge\.api_tokens"\]/.test(scene.edge.log));

  const told = await scene.reload(`port: 1\nasync:\n  max_sessions: 3\n${tokens}`);
  // That of the runner is no matter of the edge's.
  assert.match(told, /; Needs a restart: port$/);
  await until(() => /"event":"restart_needed","settings":\["port"\]/.test(scene.edge.log));
  assert.match(await scene.reload(`port: 1\n${tokens}`), /; Needs a restart: port$/);
});

test("SIGHUP with settings that are wrong: those of before stay, and the log says why", async () => {
  await using scene = await startScene("port: 0\nedge:\n  rate_limit: {api: 1}\n");
  const status = async () => (await fetch(`${scene.url}/openapi.json`)).status;
  assert.equal(await status(), 200);
  const told = await scene.reload("port: 0\nedge:\n  rate_limt: {api: 100}\n");
  assert.match(
    told,
    /^READY=1 .*goes on .*edge\.rate_limt: unknown key; did you mean rate_limit\?/,
  );
  await until(() => /"event":"reload_refused"/.test(scene.edge.log));
  assert.equal(await status(), 429);
  // Whoever has used up his calls does not get them back by a reload of something else.
  await scene.reload("port: 0\nedge:\n  rate_limit: {api: 1}\n  link_ttl: 1h\n");
  assert.equal(await status(), 429);
  await scene.reload("port: 0\nedge:\n  rate_limit: {api: 100}\n");
  assert.equal(await status(), 200);
});

test("SIGHUP while it stops changes nothing, and it still stops in peace", async () => {
  await using scene = await startScene("port: 0\n");
  const { hostname, port } = new URL(scene.url);
  // A request that is not all there: stopping waits for it.
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  const head = "POST /webhooks/github HTTP/1.1\r\nhost: edge\r\ncontent-length: 2\r\n";
  socket.write(`${head}expect: 100-continue\r\n\r\n`);
  await once(socket, "data");
  const stopped = scene.edge.stop();
  await until(() => scene.told.some((told) => told.startsWith("STOPPING=1")));
  await scene.write("port: 0\nedge:\n  link_ttl: 1h\n");
  process.kill(scene.edge.pid, "SIGHUP");
  assert.equal(await stopped, 0);
  socket.destroy();
  assert(!scene.edge.log.includes('"event":"reloaded"'), scene.edge.log);
});

test("SIGHUP: a key in a file and what is reviewed change without a restart", async () => {
  await using scene = await setScene({
    environment: { ANTHROPIC_API_KEY: "", CREDENTIALS_DIRECTORY: "/nonexistent" },
  });
  const folder = dirname(scene.stateDir);
  const key = join(folder, "key");
  await writeFile(key, "an-old-key\n");
  const settings = join(folder, "cicd-runner.yaml");
  await writeFile(settings, "review:\n  exclude: []\n");
  await scene.program.stop("SIGTERM");
  await scene.restart({ ANTHROPIC_API_KEY_FILE: key });
  const refused = await scene.push(1);
  await refused.journal();
  assert.equal((await refused.task()).error?.code, "model_refused_key");

  await writeFile(key, "the-key\n");
  await writeFile(settings, "review:\n  exclude: ['**/*.gen.ts']\nrunner:\n  port: 1\n");
  process.kill(scene.program.pid, "SIGHUP");
  await until(() => scene.program.log.some((line) => line.includes('"event":"reloaded"')));
  const sent = await scene.push(1, { "a.gen.ts": "export {};\n", "b.ts": "export {};\n" });
  await sent.journal();
  const { result } = await sent.task();
  assert(result?.kind === "review");
  assert.deepEqual(result.omitted_files, [{ path: "a.gen.ts", reason: "excluded" }]);
});
