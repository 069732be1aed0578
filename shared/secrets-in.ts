import type * as z from "zod";
import { settingsOf, valueAt } from "./setting.ts";

/**
 * All secrets in settings that were read, by the schema that they were read with: what its metadata
 * calls `secret`. Of a URL its password is one too, as it is written there and as it is meant.
 */
export function secretsIn(schema: z.ZodObject, config: unknown): string[] {
  return settingsOf(schema)
    .filter(({ isSecret }) => isSecret)
    .flatMap(({ path }) => textsIn(valueAt(config, path)))
    .flatMap((text) => [text, ...passwordsIn(text)]);
}

/** Texts and lists of them; of `owner=secret` and the like what is behind the mark. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  // Whom it is for is no secret, and stands in what people read.
  return Object.entries(value).flatMap(([key, part]) => (key === "scope" ? [] : textsIn(part)));
}

function passwordsIn(text: string): string[] {
  const url = text.includes("://") ? URL.parse(text) : null;
  if (url === null) return [];
  const written = [url.password, /:\/\/[^:/?#]*:([^@/?#]*)@/.exec(text)?.[1] ?? ""];
  const asked = url.searchParams.getAll("password");
  return [...written, ...written.map(decoded), ...asked].filter((password) => password !== "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
