import { Agent, get } from "node:http";

/** Clients that follow one task. Disposal lets them go. */
export interface Followers extends Disposable {
  /**
   * Waits until all have got so many words of the model since the task began; resolves to when the
   * first and the last got that word, by `performance.now()`.
   */
  all(words: number): Promise<{ first: number; last: number }>;
}

/** What each word comes in; other events of the journal are not counted. */
const event = "event: message.delta\n";

/** Opens so many event streams at once, each on a connection of its own. */
export function follow(eventsUrl: string, count: number): Followers {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  /** When each got its words, by the number of the word. */
  const times = new Map<number, number[]>();
  const waiting = new Map<number, () => void>();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {});
  const got = (word: number) => {
    const all = times.get(word) ?? [];
    all.push(performance.now());
    times.set(word, all);
    if (all.length === count) waiting.get(word)?.();
  };
  for (let index = 0; index < count; index += 1) {
    let words = 0;
    let rest = "";
    get(eventsUrl, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`Cannot follow: ${response.statusCode}`));
      response.setEncoding("utf8").on("data", (chunk: string) => {
        const parts = (rest + chunk).split(event);
        rest = (parts.at(-1) ?? "").slice(-event.length);
        for (let part = 1; part < parts.length; part += 1) {
          words += 1;
          got(words);
        }
      });
      response.on("error", reject);
    }).on("error", reject);
  }
  return {
    all: async (word) => {
      if (times.get(word)?.length !== count) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.set(word, resolve);
        await Promise.race([promise, failed]);
      }
      const all = times.get(word) ?? [];
      return { first: Math.min(...all), last: Math.max(...all) };
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}
