import type { Forge } from "#shared/event.ts";

/** What there is to know for a first configuration. */
export interface Answers {
  readonly forge: Forge;
  /** Of one's own server; undefined for the forge's public one. */
  readonly host: string | undefined;
  /** Where forges and people reach the edge. */
  readonly publicUrl: string | undefined;
  readonly apiKey: string | undefined;
  /** What repositories are fetched and results published with. */
  readonly forgeToken: string | undefined;
  /** Whether systemd runs it. */
  readonly systemd: boolean;
}

/** Why a text is no address of an edge; undefined when it is one. */
export function publicUrlTrouble(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return "must be a URL: https://reviews.example.com";
  }
  // `new URL` leaves out line breaks, and takes quotes and blanks.
  if (/[^\x21-\x7e]|['"\\$`]/.test(text)) return "must have no blanks, quotes, $ and backslashes";
  return url.search + url.hash + url.username + url.password === ""
    ? undefined
    : "must have no query and no user";
}

/** A text that has no {@link publicUrlTrouble}, as it is written into files. */
export function normalizedUrl(text: string): string {
  return new URL(text).href.replace(/\/+$/, "");
}

/** Why a text is no host of a forge; undefined when it is one. */
export function hostTrouble(text: string): string | undefined {
  const isHost = /^[A-Za-z0-9.-]+(?::\d{1,5})?$/.test(text);
  return isHost ? undefined : "must be a host name: git.example.com";
}

/** Why a text can't be a secret in a file of variables; undefined when it can. */
export function secretTrouble(text: string): string | undefined {
  return /^[\x21-\x7e]*$/.test(text) && !/["'\\$`]/.test(text)
    ? undefined
    : "must be plain text without blanks and quotes";
}
