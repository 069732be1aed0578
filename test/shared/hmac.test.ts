import assert from "node:assert/strict";
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
  test(`hmacHex: ${name}`, () => {
    assert.equal(hmacHex(key, data).slice(0, hex.length), hex);
  });
}

test("hmacHex: any key and data, the same as WebCrypto", async () => {
  await fc.assert(
    fc.asyncProperty(anySecret(), anyData(), async (key, data) => {
      assert.equal(hmacHex(key, data), await webHmacHex(key, data));
    }),
  );
});

suite("verifyHmacHex", () => {
  test("its own signature, in either case, under any of the secrets: true", () => {
    fc.assert(
      fc.property(anySecret(), anySecret(), anyData(), (one, other, data) => {
        const hex = hmacHex(one, data);
        assert.ok(verifyHmacHex([other, one], data, hex));
        assert.ok(verifyHmacHex([one, other], data, hex.toUpperCase()));
      }),
    );
  });

  test("another secret or a changed byte: false", () => {
    const hex = hmacHex("right", bytes("data"));
    assert.equal(verifyHmacHex(["wrong"], bytes("data"), hex), false);
    assert.equal(verifyHmacHex(["right"], bytes("dat4"), hex), false);
    assert.equal(verifyHmacHex([], bytes("data"), hex), false);
  });

  test("what is no hex of 32 bytes: false and no error", () => {
    const hex = hmacHex("right", bytes("data"));
    const cut = [hex.slice(2), `${hex}00`, hex.slice(1), `${hex}\n`, ` ${hex}`, `0x${hex}`];
    for (const text of ["", "zz", ...cut, "é".repeat(64)]) {
      assert.equal(verifyHmacHex(["right"], bytes("data"), text), false, text);
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(verifyHmacHex(["right"], bytes("data"), text), false);
      }),
    );
  });
});

async function webHmacHex(secret: string, data: Uint8Array<ArrayBuffer>): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), algorithm, false, ["sign"]);
  return Buffer.from(await crypto.subtle.sign(algorithm, key, data)).toString("hex");
}

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
