import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lives } from "./lives.ts";

/** What tells the processes of a run of each other: which of them has a turn about a pull request. */
export class TurnClaim {
  readonly #folder: string;
  #path: string | undefined;

  constructor(folder: string) {
    this.#folder = join(folder, "turns");
    mkdirSync(this.#folder, { recursive: true });
  }

  /** Begins a turn about a push; gives the process that lives and has not ended its own. */
  begin(push: string): number | undefined {
    const [number = ""] = push.split(".");
    const path = join(this.#folder, number);
    const other = ownerOf(path);
    writeFileSync(path, String(process.pid));
    this.#path = path;
    return other !== undefined && other !== process.pid && lives(other) ? other : undefined;
  }

  end(): void {
    if (this.#path !== undefined && ownerOf(this.#path) === process.pid) rmSync(this.#path);
    this.#path = undefined;
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
