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
 * Starts something, waits for SIGINT or SIGTERM, then stops it. A signal that comes during the start
 * stops it when it has started; a second one, be it the other, does not wait for that.
 */
export async function untilStopped(service: Service, start: () => Promise<Running>): Promise<void> {
  const told = new Promise<void>((resolve) => {
    let isTold = false;
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.on(name, () => {
        if (isTold) process.exit(signals[name]);
        isTold = true;
        resolve();
      });
    }
  });
  const { url, patience, stop } = await start();
  await service.ready(`Serving on ${url}`);
  await told;
  await service.stopping(patience);
  await stop();
}
