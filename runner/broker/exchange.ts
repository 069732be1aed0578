/** Why an exchange was cut before its end. */
export type Cut =
  /** The CLI closed its connection. */
  | { readonly kind: "left" }
  /** The access was revoked. */
  | { readonly kind: "revoked" }
  /** The API sent nothing for so many milliseconds. */
  | { readonly kind: "silent"; readonly after: number }
  /** The API can't be reached, or its answer broke off. */
  | { readonly kind: "broken"; readonly cause: unknown };

type State =
  | { readonly name: "open" }
  | { readonly name: "complete" }
  | { readonly name: "cut"; readonly why: Cut };

/** One request with its answer. It is open until it is complete or cut; a cut ends both sides. */
export class Exchange {
  readonly #abort = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  readonly #onEnd: () => void;
  #state: State = { name: "open" };

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** Ends the request to the API. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Settles when it is complete or cut, and whoever waited for that has been told. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Why it was cut, if it was. */
  get wasCut(): Cut | undefined {
    return this.#state.name === "cut" ? this.#state.why : undefined;
  }

  /** Tells when it is cut, also when it is by now. */
  onCut(listener: (why: Cut) => void): void {
    const tell = () => this.wasCut && listener(this.wasCut);
    this.signal.addEventListener("abort", tell, { once: true });
    tell();
  }

  /** It is complete. */
  complete(): void {
    this.#end({ name: "complete" });
  }

  /** Ends it before its time. */
  cut(why: Cut): void {
    this.#end({ name: "cut", why });
  }

  /** What the API sends next; silence for too many milliseconds cuts the exchange. */
  async within<T>(milliseconds: number, next: Promise<T>): Promise<T> {
    const silent = () => this.cut({ kind: "silent", after: milliseconds });
    const timer = setTimeout(silent, milliseconds);
    try {
      return await next;
    } catch (cause) {
      this.cut({ kind: "broken", cause });
      throw cause;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The one place where the state changes: once. */
  #end(state: State): void {
    if (this.#state.name !== "open") return;
    this.#state = state;
    this.#onEnd();
    if (state.name === "cut") this.#abort.abort();
    this.#ended.resolve();
  }
}
