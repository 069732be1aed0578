import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { execa } from "execa";
import { compileCache } from "../compile-cache.ts";
import { tempFolder } from "../temp-folder.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;

test("SIGTERM while cicd-runner runner starts: it ends by itself, not by the signal", async () => {
  await using folder = await tempFolder();
  // A database that is reached and says nothing: the start waits for it.
  const database = createServer();
  await once(database.listen(0, "127.0.0.1"), "listening");
  const address = database.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const asked = once(database, "connection");
  const runner = execa(process.execPath, [main, "runner"], {
    extendEnv: false,
    env: {
      ...compileCache,
      PATH: process.env.PATH,
      RUNNER_SECRET: "r".repeat(32),
      RUNNER_PORT: "0",
      RUNNER_STATE_DIR: folder.path,
      RUNNER_STORE: `postgres://nobody@127.0.0.1:${port}/none`,
    },
    cwd: folder.path,
    reject: false,
    timeout: 60_000,
  });
  const [connection] = await asked;
  runner.kill("SIGTERM");
  connection.destroy();
  database.close();
  const { signal, exitCode, all } = await runner;
  assert.equal(signal, undefined, all);
  assert.equal(typeof exitCode, "number");
});
