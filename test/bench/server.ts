import { once } from "node:events";
import { execaNode } from "execa";

/** A server in a process of its own. Disposal ends it. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Tells it to do what it does when it is told something. */
  tell(): void;
}

/** Starts a file of `test/bench/servers`, which sends its address when it listens. */
export async function startServer(
  name: "bare" | "ours" | "probot",
  environment: Readonly<Record<string, string>>,
  ...parameters: readonly string[]
): Promise<Server> {
  const file = new URL(`servers/${name}.ts`, import.meta.url);
  const child = execaNode(file, parameters, {
    env: environment,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
    reject: false,
    cleanup: true,
  });
  const { nodeChildProcess } = child;
  const ended = child.then(() => {
    throw new Error(`Cannot measure: the server ${name} ended`);
  });
  const [url] = await Promise.race([once(nodeChildProcess, "message"), ended]);
  ended.catch(() => {});
  return {
    url: String(url),
    pid: child.pid ?? 0,
    tell: () => nodeChildProcess.send("go"),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child;
    },
  };
}
