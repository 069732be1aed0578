import { type CgroupPlaces, delegatedCgroup } from "#runner/claude/cgroups.ts";
import type { Environment } from "#shared/config.ts";
import { type Check, ok, warn } from "./check.ts";
import { unitsOf } from "./units.ts";

/**
 * Whether the kernel can hold each process to a limit: whether a cgroup is delegated to the systemd
 * units, or to this very program where there are none.
 */
export function cliLimitCheck(
  maxBytes: number | undefined,
  environment: Environment,
  places?: CgroupPlaces,
): Check {
  return {
    name: "CLI limit",
    run: async (signal) => {
      const units = await unitsOf(environment, signal);
      const missing = units.filter(({ isDelegated }) => !isDelegated).map(({ name }) => name);
      const isDelegated =
        units.length === 0 ? delegatedCgroup(places) !== undefined : missing.length === 0;
      if (maxBytes === undefined) {
        const what = "async.process_memory_max is not set";
        return ok(
          isDelegated ? `${what}; a cgroup is delegated` : `${what}; no cgroup is delegated`,
        );
      }
      const size = `${Math.floor(maxBytes / 1024 ** 2)} MB`;
      if (isDelegated) return ok(`A cgroup is delegated, for ${size} each`);
      return warn(
        `No cgroup is delegated to ${missing.join(", ") || "this user"}: nothing holds a process to ${size}`,
        "Add Delegate=memory to the unit, see docs/systemd.md",
      );
    },
  };
}
