import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { Exchange } from "./exchange.ts";
import type { RequestUsage } from "./usage.ts";

/** What a process with access is asked and told; both are called for its requests alone. */
export interface AccessHooks {
  /** Called before each request is let through; a text refuses it: a budget is used up, say. */
  refuse?(): string | undefined;
  /** What one request to the model used, also of a stream that broke off. */
  onUsage?(usage: RequestUsage): void;
}

/** Leave for one process to reach the model; disposal revokes it and cuts its open requests. */
export interface Access extends Disposable {
  /** For `ANTHROPIC_API_KEY` of that process. */
  readonly token: string;
  /** Requests to the model under way. */
  readonly active: number;
  /** Waits for those; what each has used is told by then. */
  idle(): Promise<void>;
}

/** An access as the broker sees it. */
export class Grant implements Access {
  readonly token = randomBytes(32).toString("base64url");
  readonly hooks: AccessHooks;
  readonly #digest = digestOf(this.token);
  readonly #open = new Set<Exchange>();
  readonly #onRevoke: (grant: Grant) => void;

  constructor(hooks: AccessHooks, onRevoke: (grant: Grant) => void) {
    this.hooks = hooks;
    this.#onRevoke = onRevoke;
  }

  get active(): number {
    return this.#open.size;
  }

  async idle(): Promise<void> {
    await Promise.all([...this.#open].map(({ ended }) => ended));
  }

  /** Begins an exchange, which counts as open until it ends. */
  begin(): Exchange {
    const exchange = new Exchange(() => this.#open.delete(exchange));
    this.#open.add(exchange);
    return exchange;
  }

  /** Whether that is the digest of this token; takes the same time either way. */
  fits(digest: Uint8Array): boolean {
    return timingSafeEqual(digest, this.#digest);
  }

  [Symbol.dispose](): void {
    this.#onRevoke(this);
    for (const exchange of this.#open) exchange.cut({ kind: "revoked" });
  }
}

/** Digests have one length, whatever is presented as a token. */
export function digestOf(token: string): Uint8Array {
  return hash("sha256", token, "buffer");
}
