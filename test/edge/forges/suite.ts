import assert from "node:assert/strict";
import { after, before, beforeEach, suite, test } from "node:test";
import { HandOff, WebhookIgnored } from "#shared/api.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { takeIn } from "../stand-in-runner.ts";
import type { RunningEdge } from "../start-edge.ts";
import { type Changes, commits } from "./changes.ts";
import { commandTests } from "./commands.ts";
import type { Changed } from "./deliveries.ts";
import { type Way, ways } from "./forges.ts";

/** What every forge's webhook must do, in each way that it proves itself, wherever the edge runs. */
export function forgeSuite(start: () => Promise<RunningEdge>): void {
  suite("forges", () => {
    let edge: RunningEdge;
    before(async () => {
      edge = await start();
    });
    after(() => edge[Symbol.asyncDispose]());
    beforeEach(() => {
      edge.runner.requests.length = 0;
      edge.runner.answer = takeIn;
    });
    for (const way of ways) {
      waySuite(way, () => edge);
      commandTests(way, () => edge);
    }
  });
}

function waySuite(way: Way, running: () => RunningEdge): void {
  const { name, forge, host, path } = way;
  const send = async (init: RequestInit) => await fetch(running().url + path, init);
  const deliver = async (payload: unknown, changed?: Changed) =>
    await send(await way.deliver(payload, changed));

  /** What the runner is handed for a payload. */
  const handedOver = async (changes: Changes) => {
    const { requests } = running().runner;
    const before = requests.length;
    const response = await deliver(way.payload(changes));
    assert.equal(response.status, 202, await response.text());
    assert.equal(requests.length, before + 1);
    return HandOff.parse(JSON.parse(requests.at(-1)?.body ?? ""));
  };

  test(`${name} tells what a pull request holds in forge-neutral words`, async () => {
    const { event } = await handedOver({});
    const { url, author, base, ...rest } = event.pull_request;
    assert.deepEqual([event.type, event.forge, event.action], ["pull_request", forge, "opened"]);
    assert.deepEqual(event.repository, {
      host,
      owner: "acme",
      name: "shop",
      clone_url: `https://${host}/acme/shop.git`,
    });
    assert.deepEqual(rest, {
      number: 7,
      title: "Charge the card once",
      body: "Cards were charged twice.",
      draft: false,
      head: { sha: commits.head, ref: "charge-once" },
      fork: false,
    });
    assert.ok(url.startsWith(`https://${host}/acme/shop/`), url);
    assert.equal(author, "mona");
    assert.deepEqual(base, {
      ...(forge !== "gitlab" && { sha: commits.base }),
      ref: "main",
    });
    assert.deepEqual(event.sender, { login: "mona", bot: false });
  });

  test(`${name} hands over each action that is handled`, async () => {
    for (const action of way.actions) {
      const { event, kind } = await handedOver({ action });
      assert.deepEqual([event.action, kind], [action, action === "closed" ? "close" : "review"]);
    }
  });

  test(`${name} ignores drafts, other actions and other events, and says why`, async () => {
    const reasonOf = async (payload: unknown, changed?: Changed) => {
      const response = await deliver(payload, changed);
      assert.equal(response.status, 200);
      return WebhookIgnored.parse(await response.json()).reason;
    };
    assert.match(await reasonOf(way.payload({ draft: true })), /draft/);
    assert.match(
      await reasonOf(way.payload({ action: "labeled" })),
      /action labeled is not in rules/,
    );
    assert.match(await reasonOf({}, { event: "Star" }), /event Star is not handled/);
    assert.deepEqual(running().runner.requests, []);
  });

  test(`${name} tells forks, forks that are gone, bots, nested groups and an empty text`, async () => {
    assert.equal((await handedOver({ head: "fork" })).event.pull_request.fork, true);
    assert.equal((await handedOver({ head: "gone" })).event.pull_request.fork, true);
    assert.equal((await handedOver({ bot: true })).event.sender.bot, true);
    assert.equal((await handedOver({ text: null })).event.pull_request.body, "");
    const { repository } = (await handedOver({ owner: "acme/web/team" })).event;
    assert.deepEqual([repository.owner, repository.name], ["acme/web/team", "shop"]);
  });

  test(`${name} accepts every secret of a rotation, and no other`, async () => {
    for (const secret of way.secrets) {
      assert.equal((await deliver(way.payload(), { secret })).status, 202);
    }
    const { wrongSecret: secret } = way;
    await assertProblem(await deliver(way.payload(), { secret }), 401, "unauthorized");
  });

  test(`${name} answers 401 to a proof that is missing or malformed`, async () => {
    const { headers, ...rest } = await way.deliver(way.payload());
    const { [way.proof]: proof = "", ...others } = headers;
    await assertProblem(await send({ ...rest, headers: others }), 401, "unauthorized");
    for (const value of ["", "v1,", "%2", "sha256=", proof.slice(1), `${proof}0`, "é"]) {
      const changed = { ...others, [way.proof]: value };
      await assertProblem(await send({ ...rest, headers: changed }), 401, "unauthorized");
    }
    assert.deepEqual(running().runner.requests, []);
  });

  test(`${name} answers 400 to what is proved but malformed, with its place`, async () => {
    const problemOf = async (payload: unknown) =>
      (await assertProblem(await deliver(payload), 400, "invalid_request")).detail;
    assert.match(await problemOf("{"), /body: not valid JSON/);
    assert.match(
      await problemOf(way.payload({ owner: ".." })),
      /owner(?:\.login)?: must not hold \. or \.\./,
    );
  });

  test(`${name} knows a delivery that is sent again by its id`, async () => {
    const sent = await way.deliver(way.payload());
    const ids = [];
    for (const init of [sent, sent, await way.deliver(way.payload({ text: "Another" }))]) {
      assert.equal((await send(init)).status, 202);
      const { body } = running().runner.requests.at(-1) ?? {};
      ids.push(HandOff.parse(JSON.parse(body ?? "")).delivery_id);
    }
    assert.equal(ids[0], ids[1]);
    assert.notEqual(ids[0], ids[2]);
  });
}
