/**
 * Does something when it is first asked for, and again only when it has failed, or when what came of
 * it is over.
 */
export function once<T>(
  work: () => Promise<T>,
  isOver: (done: T) => boolean = () => false,
): () => Promise<T> {
  let doing: Promise<T> | undefined;
  const start = () => {
    doing = work().catch((error) => {
      doing = undefined;
      throw error;
    });
    return doing;
  };
  return async () => {
    const done = await (doing ?? start());
    return isOver(done) ? await start() : done;
  };
}
