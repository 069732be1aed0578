/** How a request is sent. */
export interface Sending {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** What may be answered besides a success. */
  readonly allowed?: readonly number[];
}

/** What serves the API, whatever happens to its programs. */
export interface Asked {
  /** Asks as often as it takes until one answers. @throws Error for a refusal. */
  ask(path: string, sending?: Sending): Promise<Response>;
}
