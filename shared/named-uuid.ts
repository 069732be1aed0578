import { parse, v5 } from "uuid";

/** The DNS namespace of RFC 9562. */
const namespace = parse(v5.DNS);

/** The UUID v5 of a name, the same on every host and for ever. */
export function namedUuid(name: string): string {
  return v5(name, namespace);
}
