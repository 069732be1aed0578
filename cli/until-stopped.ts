import { exitCodes } from "./exit-code.ts";
import type { Service } from "./systemd/service.ts";

/** What runs, and how it is stopped. */
export interface Running {
  readonly url: string;
  /** How long stopping may take, in milliseconds. */
  readonly patience: number;
  readonly stop: () => Promise<void>;
}

const signals = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
} as const;

/**
 * Waits for SIGINT or SIGTERM, then stops what runs. A second signal does not wait for that.
 */
export async function untilStopped(
  service: Service,
  { url, patience, stop }: Running,
): Promise<void> {
  const told = new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.once(name, () => {
        process.once(name, () => process.exit(signals[name]));
        resolve();
      });
    }
  });
  await service.ready(`Serving on ${url}`);
  await told;
  await service.stopping(patience);
  await stop();
}
