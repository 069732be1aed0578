import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";
import { freePort } from "../campaign/free-port.ts";
import { until } from "../until.ts";
import { edgeCommand, startEdge } from "./start-edge.ts";

const { exitCode } = await execa("systemd-socket-activate", ["--version"], { reject: false });
const skip = exitCode !== 0 && "this machine has no systemd-socket-activate";

test("the edge serves on a socket that a service manager holds", { skip }, async () => {
  const port = await freePort();
  const activate = [`--listen=127.0.0.1:${port}`, "--fdname=edge", "--setenv=PATH"];
  const variables = ["RUNNER_SECRET", "GITHUB_WEBHOOK_SECRET", "PORT", "EDGE_STATE_DIR"];
  await using _edge = startEdge(
    [
      "systemd-socket-activate",
      ...activate,
      ...variables.map((name) => `--setenv=${name}`),
      ...edgeCommand({ launched: false }),
    ],
    {},
  );
  let status = 0;
  await until(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/openapi-or-nothing`).catch(
      () => undefined,
    );
    status = response?.status ?? 0;
    return status !== 0;
  });
  assert.equal(status, 404);
});
