import { CicdError } from "#shared/error.ts";

/**
 * Adds something to what may have been deleted; false when the forge refuses, which it does with
 * the same words for what is not there and for what our account may not see.
 */
export async function unlessGone(add: () => Promise<unknown>): Promise<boolean> {
  try {
    await add();
    return true;
  } catch (error) {
    const refusals = ["forge_refused", "forge_rejected"];
    if (error instanceof CicdError && refusals.includes(error.code)) return false;
    throw error;
  }
}
