import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { CicdError } from "#shared/error.ts";
import { checkSeal, type Sealed, seal } from "#shared/seal.ts";

const secret = "correct horse battery";
const now = 1_800_000_000_000;
const request: Sealed = { method: "POST", path: "/v1/events?a=b", body: bytes('{"a":1}') };

suite("checkSeal", () => {
  test("any sealed request: accepted", async () => {
    await fc.assert(
      fc.asyncProperty(anyRequest(), fc.nat(), async (any, time) => {
        await checkSeal([secret], any, await seal(secret, any, time), time);
      }),
    );
  });

  test("any changed byte of the body: refused", async () => {
    await fc.assert(
      fc.asyncProperty(anyRequest(), fc.nat(), anyFlip(), async (any, index, flip) => {
        fc.pre(any.body.length > 0);
        const body = changed(any.body, index, flip);
        await refused({ ...any, body }, await seal(secret, any, now), /wrong seal/);
      }),
    );
  });

  test("any changed byte of method or path: refused", async () => {
    const value = await seal(secret, request, now);
    for (const part of ["method", "path"] as const) {
      for (let index = 0; index < request[part].length; index += 1) {
        const text = new TextDecoder().decode(changed(bytes(request[part]), index, 1));
        await refused({ ...request, [part]: text }, value, /wrong seal/);
      }
    }
  });

  test("a byte more, less, or moved from path to body: refused", async () => {
    const value = await seal(secret, request, now);
    await refused({ ...request, body: bytes('{"a":1} ') }, value, /wrong seal/);
    await refused({ ...request, body: bytes('{"a":1') }, value, /wrong seal/);
    await refused({ ...request, path: "/v1/events?a=", body: bytes('b{"a":1}') }, value, /wrong/);
  });

  test("any changed byte of the seal: refused", async () => {
    const value = await seal(secret, request, now);
    for (let index = 0; index < value.length; index += 1) {
      for (const flip of [1, 4, 32]) {
        const text = new TextDecoder().decode(changed(bytes(value), index, flip));
        await refused(request, text, /seal/);
      }
    }
  });

  test("a new time under an old signature: refused", async () => {
    const value = await seal(secret, request, now - 600_000);
    await refused(request, value.replace(/t=\d+/, `t=${now / 1000}`), /wrong seal/);
  });

  test("clocks 300 s apart, either way: accepted", async () => {
    const value = await seal(secret, request, now);
    await checkSeal([secret], request, value, now + 300_000);
    await checkSeal([secret], request, value, now - 300_000);
  });

  test("clocks further apart than 300 s, either way: refused, with the distance", async () => {
    const value = await seal(secret, request, now);
    await refused(request, value, /seal is 300 s away/, now + 300_001);
    await refused(request, value, /seal is 300 s away/, now - 300_001);
    await refused(request, value, /seal is 3600 s away/, now + 3_600_000);
  });

  test("secrets in rotation: a seal under any of them is accepted, under none refused", async () => {
    const old = await seal("the one before", request, now);
    await checkSeal([secret, "the one before"], request, old, now);
    await refused(request, old, /wrong seal/);
    await assert.rejects(checkSeal([], request, old, now), /wrong seal/);
  });

  test("no seal: refused, naming the header", async () => {
    const error = await refused(request, null, /no seal/);
    assert.match(error.hint ?? "", /x-cicd-runner-seal/);
  });

  for (const value of ["", "t=1", "v1=00", "t=1,v1=00", "t=-1,v1=", "t=1e9,v1=", "sha256="]) {
    test(`"${value}": malformed`, async () => {
      await refused(request, value, /malformed seal/);
    });
  }

  async function refused(any: Sealed, value: string | null, why: RegExp, time = now) {
    const error = await checkSeal([secret], any, value, time).then(
      () => assert.fail(`accepted ${value}`),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof CicdError);
    assert.equal(error.code, "unauthorized");
    assert.match(error.message, why);
    return error;
  }
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function changed(data: Uint8Array, index: number, flip: number): Uint8Array {
  return data.map((byte, at) => (at === index % data.length ? byte ^ flip : byte));
}

function anyFlip() {
  return fc.integer({ min: 1, max: 255 });
}

function anyRequest(): fc.Arbitrary<Sealed> {
  return fc.record({
    method: fc.constantFrom("GET", "POST", "DELETE"),
    path: fc.webPath(),
    body: fc.uint8Array({ maxLength: 100 }),
  });
}
