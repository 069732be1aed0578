import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { suite, test } from "node:test";
import { MessageAnswer } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { sealHeader } from "#shared/seal.ts";
import { freePort } from "../campaign/free-port.ts";
import { refuse, sendJson } from "../edge/stand-in-runner.ts";
import { assertProblem } from "./assert-problem.ts";
import { handOff } from "./hand-off.ts";
import { type Answer, startHolderScene } from "./holder-scene.ts";

const silent: Answer = () => {};
const notFound: Answer = (_, response) => refuse(new CicdError("not_found", "No such"), response);

async function isQueued(response: Response): Promise<boolean> {
  assert.equal(response.status, 202);
  return MessageAnswer.parse(await response.json()).outcome === "queued";
}

suite("a request about a process that another host has", () => {
  test("goes there as it was sealed, and its answer comes back", async () => {
    const delivered = {
      outcome: "delivered",
      task_id: handOff().task_id,
      message_id: handOff().task_id,
    };
    const decided = { request_id: "q-1", behavior: "allow" };
    await using scene = await startHolderScene(({ method, url }, response) => {
      if (method === "DELETE") return response.writeHead(204).end();
      return sendJson(
        response,
        url?.endsWith("messages") ? 202 : 200,
        url?.endsWith("messages") ? delivered : decided,
      );
    });
    const { paths, runner, heard } = scene;
    const said = await scene.say();
    assert.deepEqual([said.status, await said.json()], [202, delivered]);
    assert.equal((await scene.end()).status, 204);
    const body = { behavior: "allow" };
    const answer = await runner.send(paths.permission, { method: "POST", body });
    assert.deepEqual([answer.status, await answer.json()], [200, decided]);
    assert.deepEqual(heard, [
      `POST ${paths.say} {"text":"Why?"}`,
      `DELETE ${paths.end} `,
      `POST ${paths.permission} {"behavior":"allow"}`,
    ]);
    assert.deepEqual([await scene.tasks(), scene.ended], [1, []]);
  });

  test("is refused in the other's words, under the id of the request", async () => {
    await using scene = await startHolderScene(({ headers }, response) => {
      assert.match(String(headers["x-request-id"]), /./);
      refuse(new CicdError("conflict", "A task is using it"), response);
    });
    const response = await scene.end({ headers: { "x-request-id": "r-7" } });
    assert.equal(response.headers.get("x-request-id"), "r-7");
    assert.match(await response.text(), /A task is using it/);
  });

  test("goes one hop: what another host has passed on is answered here", async () => {
    await using scene = await startHolderScene(notFound);
    const passedOn = {
      headers: { "x-cicd-runner-passed-on": "1", "content-type": "application/json" },
    };
    assert.equal(await isQueued(await scene.say(passedOn)), true);
    assert.equal((await scene.end(passedOn)).status, 204);
    assert.deepEqual([scene.heard, scene.ended.length], [[], 1]);
  });

  test("is answered here when the other is not there, is lost or says nowhere to be", async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    await using refused = await startHolderScene(notFound, { url: nobody });
    assert.equal(await isQueued(await refused.say()), true);
    await using lost = await startHolderScene(notFound);
    await lost.place.alter("UPDATE host SET seen_at = 0 WHERE name = 'other'");
    assert.equal(await isQueued(await lost.say()), true);
    await using nowhere = await startHolderScene(notFound);
    await nowhere.place.alter("UPDATE host SET url = NULL WHERE name = 'other'");
    assert.equal((await nowhere.end()).status, 204);
    await using left = await startHolderScene(notFound);
    await left.place.alter("DELETE FROM host WHERE name = 'other'");
    assert.equal(await isQueued(await left.say()), true);
    assert.deepEqual([lost.heard, nowhere.heard, left.heard], [[], [], []]);
  });

  test("is answered here when the other stops and has done nothing", async () => {
    await using scene = await startHolderScene((_, response) =>
      refuse(new CicdError("shutting_down", "Stopping"), response),
    );
    assert.equal(await isQueued(await scene.say()), true);
    assert.equal(scene.heard.length, 1);
  });

  test("is not done a second time here when the other may have done it", async () => {
    const broken: Answer[] = [
      silent,
      (_, response) => response.destroy(),
      (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>Hi"),
      (_, response) => response.writeHead(302, { location: "/" }).end(),
    ];
    for (const answer of broken) {
      await using scene = await startHolderScene(answer, { peerTimeout: 200 });
      await assertProblem(await scene.say(), 504, "host_silent");
      await assertProblem(await scene.end(), 504, "host_silent");
      assert.deepEqual([await scene.tasks(), scene.ended], [1, []]);
    }
  });

  test("names the seal when the other refuses it", async () => {
    await using scene = await startHolderScene((_, response) =>
      refuse(new CicdError("unauthorized", "Wrong seal"), response),
    );
    const problem = await assertProblem(await scene.say(), 503, "runner_unavailable");
    assert.match(problem.hint ?? "", /RUNNER_SECRET/);
  });

  test("ends at the other when its client leaves", async () => {
    const { promise: asked, resolve } = Promise.withResolvers<IncomingMessage>();
    await using scene = await startHolderScene((request) => resolve(request));
    const leaving = new AbortController();
    const answer = scene.say({ signal: leaving.signal });
    const { socket } = await Promise.race([asked, answer.then(() => assert.fail("answered here"))]);
    const closed = once(socket, "close");
    leaving.abort();
    await assert.rejects(answer);
    await closed;
    assert.deepEqual(scene.runner.errors, []);
  });

  test("is a question of any host while no task runs", async () => {
    await using scene = await startHolderScene(silent, { runs: false });
    assert.equal(await isQueued(await scene.say()), true);
    assert.deepEqual(scene.heard, []);
  });

  test("is checked for its seal before anybody else hears of it", async () => {
    await using scene = await startHolderScene(notFound);
    await assertProblem(await scene.say({ headers: { [sealHeader]: "" } }), 401, "unauthorized");
    assert.deepEqual(scene.heard, []);
  });
});

suite("a session whose process another host has", () => {
  const busy = { state: "busy", pid: 7, memory_bytes: 1000 };

  test("is shown as that host says, which is not asked by those that it asks", async () => {
    let id = "";
    await using scene = await startHolderScene(({ url }, response) =>
      sendJson(
        response,
        200,
        url?.endsWith("/v1/sessions") ? { sessions: [{ id, ...busy }] } : { id, ...busy },
      ),
    );
    id = scene.paths.end.slice("/v1/sessions/".length);
    for (const one of await scene.shown()) {
      assert.partialDeepStrictEqual(one, { id, runner: "other", ...busy });
    }
    assert.deepEqual(scene.heard, ["GET /v1/sessions ", `GET ${scene.paths.end} `]);
    const passedOn = { headers: { "x-cicd-runner-passed-on": "1" } };
    for (const { state } of await scene.shown(passedOn)) assert.equal(state, "hibernated");
    assert.equal(scene.heard.length, 2);
  });

  test("is of a state that is unknown when that host says nothing of use in time", async () => {
    for (const answer of [
      silent,
      notFound,
      (_, response) => response.destroy(),
      (_, response) => sendJson(response, 200, { sessions: [] }),
      (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>Hi"),
    ] satisfies Answer[]) {
      await using scene = await startHolderScene(answer, { peerTimeout: 200 });
      for (const one of await scene.shown()) {
        assert.partialDeepStrictEqual(one, { runner: "other", state: "unknown", pid: null });
      }
    }
    await using nowhere = await startHolderScene(silent);
    await nowhere.place.alter("UPDATE host SET url = NULL WHERE name = 'other'");
    for (const { state } of await nowhere.shown()) assert.equal(state, "unknown");
  });

  test("has none when that host is lost", async () => {
    await using scene = await startHolderScene(silent);
    await scene.place.alter("UPDATE host SET seen_at = 0 WHERE name = 'other'");
    for (const { state } of await scene.shown()) assert.equal(state, "hibernated");
  });
});
