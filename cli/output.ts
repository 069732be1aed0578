/** What a command shows: the same as data, and as text for people. */
export interface Shown {
  readonly data: unknown;
  readonly text: string;
}

/** Prints it: the data as JSON where that is wanted. */
export function show({ data, text }: Shown, json = false): void {
  console.log(json ? JSON.stringify(data, null, 2) : text);
}

/** Ends the program when nobody reads what it prints any more, as in `cicd-runner tasks | head`. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      throw error;
    });
  }
}
