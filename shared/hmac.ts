const algorithm = { name: "HMAC", hash: "SHA-256" };

/** HMAC-SHA-256 of `data` under `secret`, as lower-case hex. WebCrypto: Workers and Node alike. */
export async function hmacHex(secret: string, data: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = await importKey(secret, "sign");
  return toHex(new Uint8Array(await crypto.subtle.sign(algorithm, key, data)));
}

/**
 * Whether `hex` is the HMAC-SHA-256 of `data` under one of `secrets`. Compares in constant time
 * (`subtle.verify`); a signature that is no hex of 32 bytes is simply wrong.
 */
export async function verifyHmacHex(
  secrets: readonly string[],
  data: Uint8Array<ArrayBuffer>,
  hex: string,
): Promise<boolean> {
  const signature = fromHex(hex);
  if (signature?.length !== 32) return false;
  for (const secret of secrets) {
    const key = await importKey(secret, "verify");
    if (await crypto.subtle.verify(algorithm, key, signature, data)) return true;
  }
  return false;
}

function importKey(secret: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, [
    usage,
  ]);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) return undefined;
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
