import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as fc from "fast-check";
import { gitea } from "#edge/forge/gitea.ts";
import { gitee } from "#edge/forge/gitee.ts";
import { github } from "#edge/forge/github.ts";
import { gitlab } from "#edge/forge/gitlab.ts";
import { CicdError } from "#shared/error.ts";
import { startEdge, type TestEdge } from "../start-edge.ts";
import { commentPayloads, pipelinePayloads } from "./comment-payloads.ts";
import { ways } from "./forges.ts";

let edge: TestEdge;
before(async () => {
  edge = await startEdge();
});
after(() => edge[Symbol.asyncDispose]());

for (const way of ways.filter(({ coversBody }) => coversBody)) {
  test(`${way.name} refuses a signed body with any one byte changed, added or taken away`, async () => {
    const good = await way.deliver(way.payload());
    const place = fc.nat({ max: good.body.length - 1 });
    const byte = fc.integer({ min: 0, max: 255 });
    const change = fc.constantFrom("change", "add", "take");
    await fc.assert(
      fc.asyncProperty(place, byte, change, async (at, value, how) => {
        fc.pre(how !== "change" || good.body[at] !== value);
        const put = how === "take" ? [] : [value];
        const rest = good.body.subarray(how === "add" ? at : at + 1);
        const body = Uint8Array.from([...good.body.subarray(0, at), ...put, ...rest]);
        const response = await fetch(edge.url + way.path, { ...good, body });
        assert.equal(response.status, 401);
      }),
      { numRuns: 100 },
    );
  });
}

for (const way of ways) {
  const deliveries = [
    { event: undefined, payload: way.payload() },
    commentPayloads[way.forge]("/ask Why?"),
    ...[pipelinePayloads[way.forge]?.(true) ?? []].flat(),
  ];
  test(`${way.name} answers any proved JSON with 200, 202 or 400`, async () => {
    const mangled = fc
      .tuple(fc.constantFrom(...deliveries), fc.nat(), fc.oneof(fc.jsonValue(), fc.constant("")))
      .map(([{ event, payload }, at, value]) => ({ event, payload: mangle(payload, at, value) }));
    const anything = fc.record({
      event: fc.constantFrom(...deliveries.map(({ event }) => event)),
      payload: fc.jsonValue(),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(anything, mangled, mangled), async ({ event, payload }) => {
        const changed = event === undefined ? {} : { event };
        const signed = await way.deliver(JSON.stringify(payload), changed);
        const { status } = await fetch(edge.url + way.path, signed);
        assert.ok([200, 202, 400].includes(status), String(status));
      }),
      { numRuns: 400 },
    );
    assert.deepEqual(edge.errors, []);
  });
}

test("no headers and bytes make an adapter fail with anything but a refusal", async () => {
  const names = [...new Set(ways.map(({ proof }) => proof)), ...others];
  const value = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.base64String().map((text) => `v1,${text}`),
    fc.nat().map(String),
    fc.stringMatching(/^[0-9a-f]{64}$/),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(github, gitlab, gitee, gitea),
      fc.dictionary(fc.constantFrom(...names), value),
      fc.uint8Array().map((bytes) => Uint8Array.from(bytes)),
      fc.nat(),
      async (adapter, values, body, now) => {
        const headers = new Headers(Object.entries(values).filter(([, text]) => fits(text)));
        const secrets = ["a-secret", "whsec_YSBzaWduaW5nIGtleQ=="];
        assert.throws(() => adapter.verify({ headers, body }, { secrets, now }), isRefusal);
        try {
          adapter.identify({ headers, body });
        } catch (thrown) {
          assert.ok(isRefusal(thrown));
        }
      },
    ),
    { numRuns: 500 },
  );
});

const others = [
  ...["webhook-id", "webhook-timestamp", "idempotency-key", "x-gitee-timestamp"],
  ...["x-github-event", "x-github-delivery", "x-gitlab-event", "x-gitee-event"],
  ...["x-gitea-event", "x-gitea-delivery"],
];

/** What `Headers` takes. */
function fits(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof CicdError && ["unauthorized", "invalid_request"].includes(thrown.code);
}

/** The same with another value at one of the places within. */
function mangle(whole: object, at: number, value: fc.JsonValue): object {
  const keys = Object.keys(whole);
  const key = keys[at % keys.length];
  if (key === undefined) return whole;
  const inner: unknown = Object.entries(whole).find(([name]) => name === key)?.[1];
  const deeper = typeof inner === "object" && inner !== null && at % 3 !== 0;
  const put = deeper ? mangle(inner, Math.floor(at / keys.length), value) : value;
  // Some keys go, rather than change.
  return at % 5 === 0 ? { ...whole, [key]: undefined } : { ...whole, [key]: put };
}
