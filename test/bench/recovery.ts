import type { Product } from "./product.ts";

/**
 * Pushes to a pull request, kills its process with SIGKILL when it has said its first word, and
 * measures until another one says something, in milliseconds. The answer has to be held open.
 */
export async function timeRecovery(product: Product, number: number): Promise<number> {
  const deliver = await product.commit(number);
  let pid = 0;
  let killedAt: number | undefined;
  let isResumed = false;
  let recoveredMs: number | undefined;
  await deliver("resumed", ({ type, data }) => {
    if (type === "session.ready") pid = data.pid ?? 0;
    if (type === "session.resumed") isResumed = true;
    if (type !== "message.delta") return;
    if (isResumed && killedAt !== undefined) recoveredMs ??= performance.now() - killedAt;
    if (killedAt !== undefined) return;
    killedAt = performance.now();
    process.kill(pid, "SIGKILL");
  });
  if (recoveredMs === undefined) throw new Error("Cannot time recovery: nothing was said after it");
  return recoveredMs;
}
