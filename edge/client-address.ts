import ipaddr from "ipaddr.js";
import * as z from "zod";

/** An address or a network in CIDR notation, parsed. */
export const Network = z.string().transform((text, context) => {
  const network = networkOf(text);
  if (network !== undefined) return network;
  context.addIssue("must be an IP address or a network: 10.0.0.1, 10.0.0.0/8, fd00::/8");
  return z.NEVER;
});
/** {@link Network} as a type. */
export type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Where a client's address is found. */
export interface AddressOptions {
  /** Proxies whose word about the client is taken; nobody else's is. */
  readonly trusted: readonly Network[];
  /** Where they say it. */
  readonly header: "x-forwarded-for" | "cf-connecting-ip";
}

/**
 * Whom a request comes from, as the key that it is counted under: an IPv4 address, or the /64
 * network of an IPv6 one, because a client has all of that. `peer` is the address at the other end
 * of the connection; what headers say is believed from right to left, as far as trusted proxies
 * have written it.
 */
export function clientAddress(
  headers: Headers,
  peer: string | undefined,
  { trusted, header }: AddressOptions,
): string {
  const said = (headers.get(header) ?? "").split(",").map((part) => part.trim());
  let client = parse(peer ?? "");
  while (client !== undefined && isTrusted(client, trusted)) {
    const before = parse(withoutPort(said.pop() ?? ""));
    if (before === undefined) break;
    client = before;
  }
  return client === undefined ? "unknown" : keyOf(client);
}

function networkOf(text: string): Network | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  const address = parse(text);
  return address && [address, address.kind() === "ipv4" ? 32 : 128];
}

/** An IPv4 address within IPv6 is the same client as without. */
function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const isAddress = ipaddr.IPv6.isValid(text) || ipaddr.IPv4.isValidFourPartDecimal(text);
  return isAddress ? ipaddr.process(text) : undefined;
}

function isTrusted(address: ipaddr.IPv4 | ipaddr.IPv6, trusted: readonly Network[]): boolean {
  return trusted.some(([network, bits]) => {
    return network.kind() === address.kind() && address.match(network, bits);
  });
}

/** `192.0.2.1:80` and `[2001:db8::1]:80` as some proxies write them. */
function withoutPort(text: string): string {
  const [, v6, v4] = /^\[([^\]]+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text) ?? [];
  return v6 ?? v4 ?? text;
}

function keyOf(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  if (address.kind() === "ipv4") return address.toString();
  const network = address.toByteArray().slice(0, 8);
  return `${ipaddr.fromByteArray([...network, 0, 0, 0, 0, 0, 0, 0, 0])}/64`;
}
