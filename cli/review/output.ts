import { open, rm, writeFile } from "node:fs/promises";
import { CicdError, reasonOf } from "#shared/error.ts";

/** Where a report goes. */
export interface Output extends AsyncDisposable {
  /**
   * Writes the report. Where that fails it is shown on standard output: it is paid for.
   * @throws CicdError `invalid_request`.
   */
  write(content: string): Promise<void>;
}

/**
 * Opens the file that a report goes into, before there is one. What is in it stays until then; one
 * that was not there is removed again at disposal, unless a report was written.
 * @throws CicdError `invalid_request` when it can't be written.
 */
export async function openOutput(path: string): Promise<Output> {
  let isEmpty = await make(path);
  return {
    write: async (content) => {
      try {
        await writeFile(path, `${content}\n`);
        isEmpty = false;
      } catch (cause) {
        console.log(content);
        throw unwritable(path, cause);
      }
    },
    [Symbol.asyncDispose]: async () => {
      if (isEmpty) await rm(path, { force: true });
    },
  };
}

/** Whether it was not there. */
async function make(path: string): Promise<boolean> {
  try {
    await (await open(path, "ax")).close();
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) {
      throw unwritable(path, error);
    }
  }
  try {
    await (await open(path, "a")).close();
    return false;
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): CicdError {
  const why = reasonOf(cause);
  return new CicdError("invalid_request", `Cannot write ${path}: ${why}`, { cause });
}
