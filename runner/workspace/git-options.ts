import type { Environment } from "#shared/config.ts";
import type { Forge } from "#shared/event.ts";

/** How git is run. */
export interface GitOptions {
  /** Default `git`, looked up in PATH. */
  readonly executable?: string | undefined;
  /** The schemes that may be fetched from, in git's words; default `https` alone. */
  readonly protocols?: readonly string[] | undefined;
  /**
   * The value of an Authorization header for a repository that a forge has told of: `Basic ...`;
   * undefined for none.
   */
  readonly authorization?: ((url: URL, forge: Forge) => Promise<string | undefined>) | undefined;
  /** Whether a URL's host may have private addresses; default: none may. */
  readonly isPrivateAllowed?: ((url: URL) => boolean) | undefined;
  /** Looks up the addresses of a host; default: by the system. */
  readonly resolve?: ((hostname: string) => Promise<readonly string[]>) | undefined;
  /** How long one git command may take, in milliseconds; default 5 minutes. */
  readonly timeoutMs?: number | undefined;
  /** The host's environment, of which PATH, proxies and certificates are handed on. */
  readonly environment?: Environment | undefined;
}

/** A git dir, a work tree with its index, and how git is run on them. */
export interface Workspace {
  /** That of the mirror: what is done for one session writes to its own tree and index alone. */
  readonly gitDir: string;
  readonly tree: string;
  readonly index: string;
  readonly options: GitOptions;
  readonly signal: AbortSignal;
}

/** What may be fetched by when nothing else is said. */
export const defaultProtocols: readonly string[] = ["https"];
