import { fromHex, toHex } from "./encoding.ts";

const algorithm = { name: "HMAC", hash: "SHA-256" };

/** A text is the key as its UTF-8 bytes. */
type Secret = string | Uint8Array<ArrayBuffer>;

/** HMAC-SHA-256 of `data` under `secret`, as lower-case hex. WebCrypto: Workers and Node alike. */
export async function hmacHex(secret: string, data: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = await importKey(secret, "sign");
  return toHex(new Uint8Array(await crypto.subtle.sign(algorithm, key, data)));
}

/**
 * Whether `hex` is the HMAC-SHA-256 of `data` under one of `secrets`; a signature that is no hex is
 * simply wrong.
 */
export async function verifyHmacHex(
  secrets: readonly string[],
  data: Uint8Array<ArrayBuffer>,
  hex: string,
): Promise<boolean> {
  return await verifyHmac(secrets, data, fromHex(hex));
}

/**
 * Whether `signature` is the HMAC-SHA-256 of `data` under one of `secrets`. Compares in constant
 * time (`subtle.verify`); what has not 32 bytes, or could not be decoded, is wrong.
 */
export async function verifyHmac(
  secrets: readonly Secret[],
  data: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer> | undefined,
): Promise<boolean> {
  if (signature?.length !== 32) return false;
  for (const secret of secrets) {
    const key = await importKey(secret, "verify");
    if (await crypto.subtle.verify(algorithm, key, signature, data)) return true;
  }
  return false;
}

/** Keys of texts: the few that are configured, each of which is needed for every request. */
const keys = new Map<string, Promise<CryptoKey>>();
const mostKeys = 100;

function importKey(secret: Secret, usage: "sign" | "verify"): Promise<CryptoKey> {
  if (typeof secret !== "string") return toKey(secret, usage);
  const name = `${usage}:${secret}`;
  const known = keys.get(name) ?? toKey(new TextEncoder().encode(secret), usage);
  if (keys.size < mostKeys) keys.set(name, known);
  return known;
}

function toKey(bytes: Uint8Array<ArrayBuffer>, usage: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, algorithm, false, [usage]);
}
