import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { CicdError } from "#shared/error.ts";
import { checkSeal, type Sealed, seal } from "#shared/seal.ts";

const secret = "correct horse battery";
const now = 1_800_000_000_000;
const request: Sealed = { method: "POST", path: "/v1/events?a=b", body: bytes('{"a":1}') };

suite("checkSeal", () => {
  test("any sealed request: accepted", () => {
    fc.assert(
      fc.property(anyRequest(), fc.nat(), (any, time) => {
        const madeAt = checkSeal([secret], any, seal(secret, any, time), time);
        assert.equal(madeAt, Math.floor(time / 1000) * 1000);
      }),
    );
  });

  test("any changed byte of the body: refused", () => {
    fc.assert(
      fc.property(anyRequest(), fc.nat(), anyFlip(), (any, index, flip) => {
        fc.pre(any.body.length > 0);
        const body = changed(any.body, index, flip);
        refused({ ...any, body }, seal(secret, any, now), /wrong seal/);
      }),
    );
  });

  test("any changed byte of method or path: refused", () => {
    const value = seal(secret, request, now);
    for (const part of ["method", "path"] as const) {
      for (let index = 0; index < request[part].length; index += 1) {
        const text = new TextDecoder().decode(changed(bytes(request[part]), index, 1));
        refused({ ...request, [part]: text }, value, /wrong seal/);
      }
    }
  });

  test("a byte more, less, or moved from path to body: refused", () => {
    const value = seal(secret, request, now);
    refused({ ...request, body: bytes('{"a":1} ') }, value, /wrong seal/);
    refused({ ...request, body: bytes('{"a":1') }, value, /wrong seal/);
    refused({ ...request, path: "/v1/events?a=", body: bytes('b{"a":1}') }, value, /wrong/);
  });

  test("any changed byte of the seal: refused", () => {
    const value = seal(secret, request, now);
    for (let index = 0; index < value.length; index += 1) {
      for (const flip of [1, 4, 32]) {
        const text = new TextDecoder().decode(changed(bytes(value), index, flip));
        refused(request, text, /seal/);
      }
    }
  });

  test("a new time under an old signature: refused", () => {
    const value = seal(secret, request, now - 600_000);
    refused(request, value.replace(/t=\d+/, `t=${now / 1000}`), /wrong seal/);
  });

  test("clocks 300 s apart, either way: accepted", () => {
    const value = seal(secret, request, now);
    checkSeal([secret], request, value, now + 300_000);
    checkSeal([secret], request, value, now - 300_000);
  });

  test("clocks further apart than 300 s, either way: refused, with the distance", () => {
    const value = seal(secret, request, now);
    refused(request, value, /seal is 300 s away/, now + 300_001);
    refused(request, value, /seal is 300 s away/, now - 300_001);
    refused(request, value, /seal is 3600 s away/, now + 3_600_000);
  });

  test("secrets in rotation: a seal under any of them is accepted, under none refused", () => {
    const old = seal("the one before", request, now);
    checkSeal([secret, "the one before"], request, old, now);
    refused(request, old, /wrong seal/);
    assert.throws(() => checkSeal([], request, old, now), /wrong seal/);
  });

  test("no seal: refused, naming the header", () => {
    const error = refused(request, null, /no seal/);
    assert.match(error.hint ?? "", /x-cicd-runner-seal/);
  });

  for (const value of ["", "t=1", "v1=00", "t=1,v1=00", "t=-1,v1=", "t=1e9,v1=", "sha256="]) {
    test(`"${value}": malformed`, () => {
      refused(request, value, /malformed seal/);
    });
  }

  function refused(any: Sealed, value: string | null, why: RegExp, time = now) {
    try {
      checkSeal([secret], any, value, time);
    } catch (error) {
      assert.ok(error instanceof CicdError);
      assert.equal(error.code, "unauthorized");
      assert.match(error.message, why);
      return error;
    }
    return assert.fail(`accepted ${value}`);
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
