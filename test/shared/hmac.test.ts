import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import fc from "fast-check";
import { hmacHex, verifyHmacHex } from "#shared/hmac.ts";

/** RFC 4231, those of its test cases whose key is text; case 5 shows 128 bits. */
const vectors: [name: string, key: string, data: Uint8Array<ArrayBuffer>, hex: string][] = [
  [
    "RFC 4231 case 1",
    "\x0b".repeat(20),
    bytes("Hi There"),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    "RFC 4231 case 2",
    "Jefe",
    bytes("what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  [
    "RFC 4231 case 4",
    String.fromCharCode(...Array.from({ length: 25 }, (_, index) => index + 1)),
    new Uint8Array(50).fill(0xcd),
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
  ],
  [
    "RFC 4231 case 5",
    "\x0c".repeat(20),
    bytes("Test With Truncation"),
    "a3b6167473100ee06e0c796c2955552b",
  ],
  [
    "GitHub's own example",
    "It's a Secret to Everybody",
    bytes("Hello, World!"),
    "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
  ],
];

for (const [name, key, data, hex] of vectors) {
  test(`hmacHex: ${name}`, async () => {
    assert.equal((await hmacHex(key, data)).slice(0, hex.length), hex);
  });
}

test("hmacHex: any key and data, the same as node:crypto", async () => {
  await fc.assert(
    fc.asyncProperty(anySecret(), anyData(), async (key, data) => {
      assert.equal(await hmacHex(key, data), createHmac("sha256", key).update(data).digest("hex"));
    }),
  );
});

suite("verifyHmacHex", () => {
  test("its own signature, in either case, under any of the secrets: true", async () => {
    await fc.assert(
      fc.asyncProperty(anySecret(), anySecret(), anyData(), async (one, other, data) => {
        const hex = await hmacHex(one, data);
        assert.ok(await verifyHmacHex([other, one], data, hex));
        assert.ok(await verifyHmacHex([one, other], data, hex.toUpperCase()));
      }),
    );
  });

  test("another secret or a changed byte: false", async () => {
    const hex = await hmacHex("right", bytes("data"));
    assert.equal(await verifyHmacHex(["wrong"], bytes("data"), hex), false);
    assert.equal(await verifyHmacHex(["right"], bytes("dat4"), hex), false);
    assert.equal(await verifyHmacHex([], bytes("data"), hex), false);
  });

  test("what is no hex of 32 bytes: false and no error", async () => {
    const hex = await hmacHex("right", bytes("data"));
    const cut = [hex.slice(2), `${hex}00`, hex.slice(1), `${hex}\n`, ` ${hex}`, `0x${hex}`];
    for (const text of ["", "zz", ...cut, "é".repeat(64)]) {
      assert.equal(await verifyHmacHex(["right"], bytes("data"), text), false, text);
    }
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        assert.equal(await verifyHmacHex(["right"], bytes("data"), text), false);
      }),
    );
  });
});

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Keys shorter and longer than a block of SHA-256, which are treated differently. */
function anySecret() {
  return fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 });
}

function anyData() {
  return fc.uint8Array({ maxLength: 200 }).map((data) => new Uint8Array(data));
}
