import type { Tokens } from "#shared/task.ts";

/** US dollars per million tokens. The price of writing to the cache is that of five minutes. */
interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** What a model costs, and what it costs where the whole prompt is longer than a limit. */
interface PriceList extends Price {
  readonly long?: Price & { readonly abovePromptTokens: number };
}

const sonnet4 = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
const opus4 = { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 };
const fable51 = { input: 10, output: 50, cacheRead: 0.25, cacheWrite: 12.5 };
const fable52 = { input: 8, output: 40, cacheRead: 0.2, cacheWrite: 10 };

/**
 * The models that the pinned CLI runs, by their ids without a date. The prices are those that it
 * reckons with; a test holds them against it.
 */
const prices: Readonly<Record<string, PriceList>> = {
  "claude-3-5-haiku": { input: 0.8, output: 4, cacheRead: 0.08, cacheWrite: 1 },
  "claude-haiku-4-5": { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
  "claude-haiku-5-5": {
    ...{ input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125 },
    long: {
      abovePromptTokens: 100_000,
      ...{ input: 0.5, output: 2.5, cacheRead: 0.05, cacheWrite: 0.625 },
    },
  },
  "claude-3-5-sonnet": sonnet4,
  "claude-3-7-sonnet": sonnet4,
  "claude-sonnet-4": sonnet4,
  "claude-sonnet-4-5": sonnet4,
  "claude-sonnet-4-6": sonnet4,
  "claude-sonnet-5": { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 },
  "claude-sonnet-5-5": { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 },
  "claude-opus-4-5": opus4,
  "claude-opus-4-6": opus4,
  "claude-opus-4-7": opus4,
  "claude-opus-4-8": opus4,
  "claude-opus-5": opus4,
  "claude-opus-5-5": { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 },
  "claude-fable-5": { ...fable51, cacheRead: 1 },
  "claude-fable-5-1": fable51,
  "claude-fable-5-2": fable52,
  "claude-mythos-5": { ...fable51, cacheRead: 1 },
  "claude-mythos-5-1": fable51,
  "claude-mythos-5-2": fable52,
};

/** What the CLI's aliases stand for where it talks to Anthropic's own API. */
const aliases: Readonly<Record<string, string>> = {
  haiku: "claude-haiku-5-5",
  sonnet: "claude-sonnet-5-5",
  opus: "claude-opus-5-5",
  fable: "claude-fable-5-2",
  best: "claude-opus-5-5",
};

/** The models whose price is known, as `claude.model` and the API's answers may name them. */
export const pricedModels: readonly string[] = [...Object.keys(prices), ...Object.keys(aliases)];

/**
 * What one request costs in US dollars; undefined for a model that is not known. `model` is an
 * alias of the CLI or an id of the API, with or without its date and the `[1m]` of a long context.
 */
export function estimateCost(model: string, usage: Tokens): number | undefined {
  const list = priceOf(model.replace(/\[1m\]$/, ""));
  if (list === undefined) return undefined;
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } =
    usage;
  const prompt = input_tokens + cache_read_input_tokens + cache_creation_input_tokens;
  const { long = { abovePromptTokens: Number.POSITIVE_INFINITY, ...list } } = list;
  const price = prompt > long.abovePromptTokens ? long : list;
  const millionths =
    input_tokens * price.input +
    output_tokens * price.output +
    cache_read_input_tokens * price.cacheRead +
    cache_creation_input_tokens * price.cacheWrite;
  return millionths / 1e6;
}

function priceOf(model: string): PriceList | undefined {
  const id = own(aliases, model) ?? model.replace(/-20\d{6}$/, "");
  return own(prices, id);
}

/** A name from outside may be `constructor` as well. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
