/** Token counts of an answer, as the API reports them. */
export interface Usage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly output_tokens: number;
}

/** The part of the usage that is known before the answer. */
export type InputUsage = Omit<Usage, "output_tokens">;

const charactersPerToken = 4;
/** What the API counts as uncached behind the last cache breakpoint. */
const uncachedTokens = 3;

/** Tokens of so many characters: a quarter of them, and at least one. */
export function tokensOf(characters: number): number {
  return Math.max(1, Math.ceil(characters / charactersPerToken));
}

/** Usage of a request with a body of so many characters, without a prompt cache. */
export function uncachedUsage(characters: number): InputUsage {
  return inputUsage(tokensOf(characters), 0, 0);
}

/**
 * Stands in for the prompt cache: what a session sent before is read from the cache, what is new
 * is written into it. A client without a session id has no cache.
 */
export class PromptCache {
  readonly #cached = new Map<string, number>();

  /** Usage of a conversation request with a body of so many characters. */
  read(sessionId: string, characters: number): InputUsage {
    if (sessionId === "") return uncachedUsage(characters);
    const tokens = tokensOf(characters);
    const read = Math.min(tokens, this.#cached.get(sessionId) ?? 0);
    this.#cached.set(sessionId, tokens);
    return inputUsage(uncachedTokens, tokens - read, read);
  }
}

function inputUsage(input: number, creation: number, read: number): InputUsage {
  return {
    input_tokens: input,
    cache_creation_input_tokens: creation,
    cache_read_input_tokens: read,
  };
}
