import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { gitea } from "#edge/forge/gitea.ts";
import { gitee } from "#edge/forge/gitee.ts";
import { github } from "#edge/forge/github.ts";
import { gitlab } from "#edge/forge/gitlab.ts";
import { holdTo, prove } from "#edge/prove.ts";
import type { Forge } from "#shared/event.ts";
import { assertProblem } from "#test/runner-http/assert-problem.ts";
import { pullRequestEvent } from "#test/shared/pull-request-event.ts";
import { delivery } from "../delivery.ts";
import { startEdge } from "../start-edge.ts";
import { commentPayloads } from "./comment-payloads.ts";
import { type Way, ways } from "./forges.ts";

/** Secrets of one owner, of one repository, and of another one, in each way's form. */
function secretsOf({ name }: Way) {
  const sign = (text: string) => `whsec_${Buffer.from(text.repeat(4)).toString("base64")}`;
  const made = name === "gitlab by signature" ? sign : (text: string) => text;
  return {
    acme: made("secret-of-acme"),
    shop: made("secret-of-shop"),
    evil: made("secret-of-evil"),
  };
}

/** An edge that knows a forge's deliveries by these, and with `global` by one for everything. */
async function startScoped(way: Way, global = "") {
  const { acme, shop, evil } = secretsOf(way);
  const forge = way.forge.toUpperCase();
  return await startEdge({
    environment: {
      [`${forge}_WEBHOOK_SECRET`]: global,
      [`${forge}_SECRETS`]: `Acme=${acme} acme/shop=${shop} evil=${evil}`,
    },
  });
}

for (const way of ways) {
  test(`${way.name}: a secret vouches for its owner or repository, and for no other`, async () => {
    await using edge = await startScoped(way);
    const statusOf = async (owner: string, secret: string, changed = {}) => {
      const signed = await way.deliver(way.payload({ owner, ...changed }), { secret });
      return (await fetch(edge.url + way.path, signed)).status;
    };
    const { acme, shop, evil } = secretsOf(way);
    const statuses: Record<string, number[]> = {};
    for (const owner of ["acme", "ACME", "evil", "acme/team", "acmes", "ac"]) {
      statuses[owner] = [];
      for (const secret of [acme, shop, evil]) {
        statuses[owner].push(await statusOf(owner, secret));
      }
    }
    assert.deepEqual(statuses, {
      acme: [202, 202, 401],
      ACME: [202, 202, 401],
      evil: [401, 401, 202],
      "acme/team": [202, 401, 401],
      acmes: [401, 401, 401],
      ac: [401, 401, 401],
    });
    assert.equal(await statusOf("acme", evil, { action: "closed" }), 401);
  });

  test(`${way.name}: a secret for everything is as good as before beside them`, async () => {
    await using edge = await startScoped(way, way.secrets[0]);
    for (const owner of ["acme", "somebody"]) {
      const response = await fetch(edge.url + way.path, await way.deliver(way.payload({ owner })));
      assert.equal(response.status, 202);
    }
    const { wrongSecret: secret } = way;
    const wrong = await way.deliver(way.payload(), { secret });
    await assertProblem(await fetch(edge.url + way.path, wrong), 401, "unauthorized");
  });

  test(`${way.name}: a payload of one repository can't name another to fetch or to show`, async () => {
    await using edge = await startScoped(way);
    const { evil: secret } = secretsOf(way);
    const honest = JSON.stringify(way.payload({ owner: "evil" }));
    const at = `https://${way.host}/`;
    const others = ["acme/shop", "evil/../acme/shop", "acme/evil/shop", "evil/shop/acme"];
    for (const other of others) {
      for (const field of ["clone_url", "git_http_url", "html_url", "url"]) {
        const place = `"${field}":"${at}evil/shop`;
        const forged = honest.replaceAll(place, `"${field}":"${at}${other}`);
        if (forged === honest) continue;
        const signed = await way.deliver(forged, { secret });
        const { status } = await fetch(edge.url + way.path, signed);
        // A page may lie anywhere below its repository.
        const isBelow = other === "evil/shop/acme" && /^(?:html_)?url$/.test(field);
        assert.equal(status, isBelow ? 202 : 401, `${field} ${other}`);
      }
    }
    for (const [from, to] of [
      [`${at}evil/shop.git`, "https://other.example.com/evil/shop.git"],
      [`${at}evil/shop.git`, `https://user@${way.host}/evil/shop.git`],
      [`${at}evil/shop.git`, `${at}evil/shop.git?x=1`],
      [`${at}evil/shop.git`, "file:///evil/shop.git"],
    ] as const) {
      const signed = await way.deliver(honest.replaceAll(from, to), { secret });
      const { status } = await fetch(edge.url + way.path, signed);
      assert.equal(status, 401, to);
    }
    assert.equal(
      (await fetch(edge.url + way.path, await way.deliver(honest, { secret }))).status,
      202,
    );
  });
}

test("a comment is held to the repository of its secret like all else", async () => {
  const way = ways.find(({ forge }) => forge === "github");
  assert(way !== undefined);
  await using edge = await startScoped(way);
  const { event, payload } = commentPayloads.github("/review");
  const statusOf = async (secret: string) =>
    (await fetch(edge.url + way.path, await delivery(payload, { event, secret }))).status;
  assert.deepEqual(
    [await statusOf("secret-of-shop"), await statusOf("secret-of-evil")],
    [202, 401],
  );
});

test("what can't be read has no secret of its own, and makes no trouble", async () => {
  const byForge = new Map<Forge, Way>(ways.map((way) => [way.forge, way]));
  for (const way of byForge.values()) {
    await using edge = await startScoped(way);
    const { evil: secret } = secretsOf(way);
    const anything = fc.oneof(fc.string(), fc.json(), fc.constant('{"repository":{"owner":null}}'));
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        const signed = await way.deliver(text === "" ? "{" : text, { secret });
        assert.equal((await fetch(edge.url + way.path, signed)).status, 401);
      }),
      { numRuns: 50 },
    );
    assert.deepEqual(edge.errors, []);
  }
});

test("prove: nobody looks into what no secret has proved", async () => {
  for (const way of ways) {
    const adapter = { github, gitlab, gitee, gitea }[way.forge];
    const { acme, shop, evil } = secretsOf(way);
    const scoped = [
      { scope: "acme", secret: acme },
      { scope: "acme/shop", secret: shop },
    ];
    let looks = 0;
    const payload = () => {
      looks += 1;
      return way.payload();
    };
    const proven = async (secret: string) => {
      const { headers, body } = await way.deliver(way.payload(), { secret });
      const raw = { headers: new Headers(headers), body };
      return prove(raw, { adapter, secrets: [], scoped, now: Date.now(), payload });
    };
    await assert.rejects(proven(evil), { code: "unauthorized" });
    assert.equal(looks, 0, way.name);
    assert.equal(await proven(shop), "acme/shop");
  }
});

test("holdTo: a secret of one repository does not stand for another's name", () => {
  const event = pullRequestEvent();
  holdTo("acme/shop", event);
  const named = (repository: object) => ({
    ...event,
    repository: { ...event.repository, ...repository },
  });
  for (const other of [{ owner: "evil" }, { name: "shops" }, { host: "git.example.com" }]) {
    assert.throws(() => holdTo("acme/shop", named(other)), { code: "unauthorized" });
  }
});
