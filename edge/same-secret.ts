import { timingSafeEqual } from "hono/utils/buffer";

/** Whether a text is one of the secrets. All are compared, in constant time. */
export async function isOneOf(secrets: readonly string[], presented: string): Promise<boolean> {
  let found = false;
  for (const secret of secrets) found = (await timingSafeEqual(secret, presented)) || found;
  return found;
}
