import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { tempFolder } from "../temp-folder.ts";

const program = new URL("manager.pl", import.meta.url).pathname;

/** What stands for a service manager: a real socket that is told things. */
export interface Manager extends AsyncDisposable {
  /** What goes into `NOTIFY_SOCKET`. */
  readonly socket: string;
  /** What it was told so far, a message each with its assignments separated by spaces. */
  readonly told: readonly string[];
}

/** Starts to listen. */
export async function startManager(): Promise<Manager> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await tempFolder()).path;
  const socket = join(folder, "notify");
  const child = execa("perl", [program, socket], { buffer: false, reject: false });
  undo.defer(async () => {
    child.kill("SIGKILL");
    await child;
  });
  const lines = createInterface({ input: child.stdout });
  await once(lines, "line");
  const told: string[] = [];
  lines.on("line", (line) => told.push(line));
  const resources = undo.move();
  return { socket, told, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
