import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { execa } from "execa";
import { claudeCli } from "../claude-cli.ts";

/** What the figures depend on besides the code. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gb: number;
  /** How many processes wanted a core in the last minute. */
  readonly load: number;
  readonly node: string;
  /** What `claude --version` says. */
  readonly cli: string;
  readonly git: string;
}

/** Describes this one. */
export async function describeMachine(): Promise<Machine> {
  const [cli, git] = await Promise.all([
    execa(claudeCli, ["--version"]),
    execa("git", ["version"]),
  ]);
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0] ?? 0,
    node: process.version,
    cli: cli.stdout,
    git: git.stdout.replace("git version ", ""),
  };
}
