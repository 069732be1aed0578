import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lives } from "./lives.ts";

/** A conversation as the CLI keeps it: what was said lies in a file, which only that makes. */
export class Conversation {
  readonly id: string;
  readonly resumes: boolean;
  readonly #isSaved: boolean;
  readonly #path: string;
  readonly #said: string[];

  /** @throws Error in the CLI's words when it can't be begun, or can't be resumed. */
  constructor(folder: string, args: readonly string[]) {
    this.resumes = args.includes("--resume");
    this.id = args[args.indexOf(this.resumes ? "--resume" : "--session-id") + 1] ?? "";
    this.#isSaved = !args.includes("--no-session-persistence");
    mkdirSync(join(folder, "conversations"), { recursive: true });
    this.#path = join(folder, "conversations", this.id);
    const exists = existsSync(this.#path);
    if (this.resumes && !exists)
      throw new Error(`No conversation found with session ID: ${this.id}`);
    if (!this.resumes && exists) throw new Error(`Error: Session ID ${this.id} is already in use.`);
    this.#said = exists ? readFileSync(this.#path, "utf8").split("\n") : [];
  }

  /** The process that serves it, which others of the same conversation look for. */
  claim(): number | undefined {
    const path = `${this.#path}.pid`;
    const other = existsSync(path) ? Number(readFileSync(path, "utf8")) : undefined;
    writeFileSync(path, String(process.pid));
    return other !== undefined && lives(other) ? other : undefined;
  }

  /** The push that was spoken of last. */
  get push(): string | undefined {
    return this.#said.findLast((line) => line.startsWith("push "))?.slice("push ".length);
  }

  hear(push: string): void {
    this.#add(`push ${push}`);
  }

  answer(uuid: string): void {
    this.#add(`answered ${uuid}`);
  }

  isAnswered(uuid: string): boolean {
    return this.#said.includes(`answered ${uuid}`);
  }

  #add(line: string): void {
    this.#said.push(line);
    if (this.#isSaved) appendFileSync(this.#path, `${line}\n`);
  }
}
