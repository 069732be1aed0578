// A process with relatives: a child in a group of its own, and a grandchild whose parent is gone.
// It says their ids, and stays until its input ends; `stubborn` stays even then.
import { spawn } from "node:child_process";
import { once } from "node:events";

const role = process.argv[2];

switch (role) {
  case "stay":
    setInterval(() => {}, 60_000);
    break;
  case "leave":
    // Exits by itself once this is said: it waits for no child.
    process.stdout.write(String(start("stay").pid));
    break;
  default: {
    const child = start("stay");
    const leaving = start("leave", "pipe");
    const [orphan] = await once(leaving.stdout ?? process.stdin, "data");
    await once(leaving, "exit");
    if (role === "stubborn") {
      process.on("SIGTERM", () => {});
      setInterval(() => {}, 60_000);
    }
    process.stdin.resume().on("end", () => role === "stubborn" || process.exit(0));
    process.stdout.write(JSON.stringify({ child: child.pid, orphan: Number(String(orphan)) }));
  }
}

function start(as: string, stdout: "ignore" | "pipe" = "ignore") {
  const stdio: ["ignore", "ignore" | "pipe", "ignore"] = ["ignore", stdout, "ignore"];
  const child = spawn(process.execPath, [import.meta.filename, as], { detached: true, stdio });
  if (as === "stay") child.unref();
  return child;
}
