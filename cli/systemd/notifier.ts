import { writeSync } from "node:fs";
import type { Environment } from "#shared/config.ts";
import { passedDescriptors } from "./passed-descriptors.ts";

/** Assignments that a service manager is told, by their names in sd_notify(3). */
type Notification = Readonly<Record<string, string | number>>;

/** A way to the service manager. */
export interface Notifier {
  /** Tells it something. Never rejects: a service runs without. */
  tell(notification: Notification): Promise<void>;
}

/** The name of the descriptor that is connected to the manager's socket. */
const descriptorName = "notify";

/**
 * How the service manager that started this program is told; undefined without one. Node has no datagram sockets of the
 * Unix family, so either the unit passes one that is connected already, named `notify`, or the
 * program `systemd-notify` speaks for us, which the unit must allow by `NotifyAccess=all`.
 */
export function openNotifier(
  environment: Environment,
  { onError }: { onError: (error: unknown) => void },
): Notifier | undefined {
  const descriptor = passedDescriptors(environment).get(descriptorName);
  if (descriptor !== undefined) {
    return {
      tell: async (notification) => {
        try {
          writeSync(descriptor, assignments(notification).join("\n"));
        } catch (error) {
          onError(error);
        }
      },
    };
  }
  const { NOTIFY_SOCKET } = environment;
  if (!NOTIFY_SOCKET) return undefined;
  const options = {
    reject: false,
    extendEnv: false,
    env: { NOTIFY_SOCKET, ...(environment.PATH && { PATH: environment.PATH }) },
  };
  return {
    tell: async (notification) => {
      // An edge without a manager does without.
      const { execa } = await import("execa");
      const words = assignments(notification);
      const { failed, message } = await execa("systemd-notify", words, options);
      if (failed) onError(new Error(message));
    },
  };
}

/** A line each: a value with a line break would be two. */
function assignments(notification: Notification): string[] {
  return Object.entries(notification).map(
    ([name, value]) => `${name}=${String(value).replace(/\s+/g, " ")}`,
  );
}
