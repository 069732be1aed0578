import { HandOff } from "#shared/api.ts";
import { CicdError } from "#shared/error.ts";
import { type Letter, toLetter } from "../letter.ts";
import type { Parcel } from "../outbox.ts";

/** Longest message in bytes: the 128 KB of a queue, less what it adds by itself. */
const maxMessage = 127_000;

/** Texts of people are cut, down to this length in characters; nothing else is as long. */
const shortest = 5000;

/**
 * A hand-off as a message that a queue takes. Of one that is too long the longest texts are cut, and
 * say so at their end.
 * @throws CicdError `payload_too_large` when that does not help.
 */
export function fitMessage(parcel: Parcel, now: number): Letter {
  const letter = toLetter(parcel, now);
  const excess = bytesOf(letter) - maxMessage;
  if (excess <= 0) return letter;
  const longest = longestIn(parcel.handOff);
  if (longest.length <= shortest) {
    const message = `Cannot keep delivery: it is ${excess} bytes too long for the queue`;
    throw new CicdError("payload_too_large", message, {
      hint: "Redeliver it when the runner is back: on its direct way it may be longer",
    });
  }
  const cut = shorten(longest, excess);
  const handOff = HandOff.parse(replaceIn(parcel.handOff, longest, cut));
  return fitMessage({ ...parcel, handOff }, now);
}

/** Shortens a text by about so many bytes of the message, by too few at times, and never to nothing. */
function shorten(text: string, excess: number): string {
  const note = `\n\n[cut here, from ${text.length} characters: messages of the queue are small]`;
  // As the message has it: JSON within JSON.
  const perCharacter = bytesOf(JSON.stringify(text)) / text.length;
  const length = text.length - Math.ceil(excess / perCharacter) - 2 * note.length;
  return text.slice(0, Math.max(length, shortest - note.length)).toWellFormed() + note;
}

function longestIn(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  const texts = Object.values(value).map(longestIn);
  return texts.reduce((one, other) => (other.length > one.length ? other : one), "");
}

function replaceIn(value: unknown, text: string, by: string): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceIn(item, text, by));
  if (typeof value !== "object" || value === null) return value === text ? by : value;
  const entries = Object.entries(value).map(([key, inner]) => [key, replaceIn(inner, text, by)]);
  return Object.fromEntries(entries);
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}
