import { CicdError, reasonOf } from "#shared/error.ts";

/** Does something with a folder. @throws CicdError `store_unavailable` when the disk refuses. */
export async function onDisk<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = reasonOf(cause);
    throw new CicdError("store_unavailable", `Cannot write workspace ${folder}: ${why}`, {
      cause,
      hint: "The folder must lie on a disk with free space that this user can write",
    });
  }
}
