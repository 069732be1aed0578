/** How far a fetch is. */
export interface Progress {
  readonly phase: "receiving" | "resolving";
  readonly done: number;
  readonly total: number;
}

const phases = { "Receiving objects": "receiving", "Resolving deltas": "resolving" } as const;

/** What git and the server say of their progress, which is no part of what went wrong. */
const isProgress = /^(?:remote: )?[A-Z][a-z]+(?: [a-z]+){0,2}: +(?:\d+% \(\d+\/\d+\)|\d+(?:$|,))/;

/**
 * Splits what git writes to stderr: lines of progress, those of the fetch itself given to
 * `onProgress`, and all others, of which the end is kept.
 */
export class StderrReader {
  readonly #onProgress: (progress: Progress) => void;
  readonly #limit: number;
  #kept = "";
  #line = "";

  constructor(onProgress: (progress: Progress) => void, limit: number) {
    this.#onProgress = onProgress;
    this.#limit = limit;
  }

  /** What was said besides progress. */
  get text(): string {
    return this.#kept + (isProgress.test(this.#line) ? "" : this.#line);
  }

  read(chunk: string): void {
    const lines = (this.#line + chunk).split(/[\r\n]/);
    this.#line = (lines.pop() ?? "").slice(-this.#limit);
    for (const line of lines) this.#readLine(line);
  }

  #readLine(line: string): void {
    if (!isProgress.test(line)) {
      this.#kept = `${this.#kept}${line}\n`.slice(-this.#limit);
      return;
    }
    const [, words = "", done, total] = /^([^:]+): +\d+% \((\d+)\/(\d+)\)/.exec(line) ?? [];
    for (const [name, phase] of Object.entries(phases)) {
      if (name === words) this.#onProgress({ phase, done: Number(done), total: Number(total) });
    }
  }
}

/** Passes on what comes at most once in so many milliseconds, and nothing of what is soon over. */
export function atMostEach<T>(interval: number, receive: (value: T) => void): (value: T) => void {
  let last = performance.now();
  return (value) => {
    const now = performance.now();
    if (now - last < interval) return;
    last = now;
    receive(value);
  };
}
