import { execa } from "execa";
import type { Environment } from "#shared/config.ts";

/** A unit of a runner. */
export interface Unit {
  readonly name: string;
  /** Undefined without a limit. */
  readonly memory: number | undefined;
  /** What the unit's own environment says. */
  readonly sessions: number | undefined;
  /** Whether it may divide its cgroup. */
  readonly isDelegated: boolean;
}

/** The units of runners that systemd has loaded; none where there is no systemd. */
export async function unitsOf({ PATH }: Environment, cancelSignal: AbortSignal): Promise<Unit[]> {
  const properties = "--property=Id,MemoryMax,Environment,Delegate";
  const { failed, stdout } = await execa("systemctl", ["show", "cicd-runner@*", properties], {
    extendEnv: false,
    env: PATH ? { PATH } : {},
    stdin: "ignore",
    reject: false,
    cancelSignal,
  });
  if (failed) return [];
  return stdout
    .split("\n\n")
    .map((block) => new Map(block.split("\n").map(assignment)))
    .flatMap((values) => {
      const name = values.get("Id");
      if (name === undefined) return [];
      const [, sessions] = /\bASYNC_MAX_SESSIONS=(\d+)/.exec(values.get("Environment") ?? "") ?? [];
      const memory = Number(values.get("MemoryMax"));
      return [
        {
          name,
          memory: Number.isSafeInteger(memory) && memory > 0 ? memory : undefined,
          sessions: sessions === undefined ? undefined : Number(sessions),
          isDelegated: values.get("Delegate") === "yes",
        },
      ];
    });
}

function assignment(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, at), line.slice(at + 1)];
}
