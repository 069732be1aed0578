import { exitCodes } from "./exit-code.ts";

const signals = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
} as const;

/**
 * Waits for SIGINT or SIGTERM, then stops what runs. A second signal does not wait for that.
 */
export async function untilStopped(stop: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.once(name, () => {
        process.once(name, () => process.exit(signals[name]));
        resolve();
      });
    }
  });
  await stop();
}
