import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type AddressOptions, clientAddress, Network } from "#edge/client-address.ts";

function options(
  trusted: readonly string[],
  header: AddressOptions["header"] = "x-forwarded-for",
): AddressOptions {
  return { trusted: trusted.map((text) => Network.parse(text)), header };
}

const from = (value: string, header = "x-forwarded-for") => new Headers({ [header]: value });

test("clientAddress is the peer's, whatever headers say, unless a proxy is trusted", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.ipV4(),
      fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^\w*$/))),
      async (peer, said) => {
        const headers = from(said.join(", "));
        headers.set("cf-connecting-ip", said[0] ?? "");
        assert.equal(clientAddress(headers, peer, options([])), peer);
      },
    ),
  );
});

test("clientAddress believes a trusted proxy, and what stands left of its word no more", () => {
  const proxies = options(["10.0.0.0/8", "fd00::/8"]);
  const client = (said: string, peer = "10.0.0.1") => clientAddress(from(said), peer, proxies);
  assert.equal(client("203.0.113.9"), "203.0.113.9");
  assert.equal(client("198.51.100.1, 203.0.113.9"), "203.0.113.9");
  assert.equal(client("203.0.113.9, 10.2.3.4"), "203.0.113.9");
  assert.equal(client("198.51.100.1, 203.0.113.9, 10.2.3.4", "fd00::7"), "203.0.113.9");
  assert.equal(client("203.0.113.9", "192.0.2.1"), "192.0.2.1");
  assert.equal(client("203.0.113.9:4711"), "203.0.113.9");
  assert.equal(client("[2001:db8::1]:4711"), "2001:db8::/64");
  assert.equal(client("10.9.9.9"), "10.9.9.9");
});

test("clientAddress stops where a trusted proxy says what is no address", () => {
  const proxies = options(["10.0.0.1"]);
  for (const said of ["", "unknown", "203.0.113.9, ", "203.0.113.9, _hidden", "0x7f.1", "1.2.3"]) {
    assert.equal(clientAddress(from(said), "10.0.0.1", proxies), "10.0.0.1", said);
  }
});

test("clientAddress reads the header that is configured, and no other", () => {
  const headers = from("203.0.113.9");
  headers.set("cf-connecting-ip", "198.51.100.1");
  const both = ["x-forwarded-for", "cf-connecting-ip"] as const;
  const found = both.map((header) =>
    clientAddress(headers, "10.0.0.1", options(["10.0.0.1"], header)),
  );
  assert.deepEqual(found, ["203.0.113.9", "198.51.100.1"]);
});

test("clientAddress counts an IPv6 network as one client, and mapped addresses as IPv4", () => {
  const none = options([]);
  const one = clientAddress(new Headers(), "2001:db8:1:2::3", none);
  assert.equal(clientAddress(new Headers(), "2001:db8:1:2:ffff::9", none), one);
  assert.notEqual(clientAddress(new Headers(), "2001:db8:1:3::3", none), one);
  assert.equal(clientAddress(new Headers(), "::ffff:192.0.2.1", none), "192.0.2.1");
  assert.equal(
    clientAddress(from("203.0.113.9"), "::ffff:10.0.0.1", options(["10.0.0.1"])),
    "203.0.113.9",
  );
  assert.equal(clientAddress(new Headers(), undefined, none), "unknown");
});
