import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { listenEdge } from "#cli/edge-server.ts";
import { createEdge } from "#edge/app.ts";
import { EdgeConfig } from "#edge/config.ts";
import { readConfig } from "#shared/config.ts";
import { openTestOutbox } from "./open-outbox.ts";
import { apiTokens, environment } from "./settings.ts";
import { startStandInRunner } from "./stand-in-runner.ts";

/** How many times sooner than in earnest a connection is dropped. */
const hurry = 200;

test("a client that takes nothing of a stream is dropped, and the runner's stream ends", async (t) => {
  await using runner = await startStandInRunner();
  const config = readConfig(EdgeConfig, {}, environment(runner.url));
  await using opened = await openTestOutbox(config);
  const app = createEdge({ config, outbox: opened.outbox });
  const { url, close } = await listenEdge(
    {
      fetch: (request, env) => {
        assert(env !== undefined && "outgoing" in env);
        const { outgoing } = env;
        const setTimeout = (milliseconds: number) => outgoing?.setTimeout(milliseconds / hurry);
        return app.fetch(request, { outgoing: { setTimeout } });
      },
    },
    { host: "127.0.0.1", port: 0 },
  );
  t.after(() => close(0));
  const { promise: streaming, resolve } = Promise.withResolvers<ServerResponse>();
  runner.answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const message = `event: message.delta\ndata: ${"x".repeat(65_536)}\n\n`;
    const more = () => {
      while (response.write(message));
    };
    response.on("drain", more);
    more();
    resolve(response);
  };
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  t.after(() => socket.destroy());
  socket.pause();
  const path = "/v1/tasks/01890a5d-ac96-774b-bcce-b302099a8057/events";
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: edge\r\nauthorization: Bearer ${apiTokens.read}\r\n\r\n`,
  );
  const response = await streaming;
  await once(response, "close", { signal: AbortSignal.timeout(20_000) });
  assert.equal(response.writableFinished, false);
});
