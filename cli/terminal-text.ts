/**
 * Text of others for a terminal: nothing in it moves the cursor, changes colours or turns the
 * direction of what stands around it. Line breaks and tabs stay.
 */
export function terminalText(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll(unsafe, "\u{fffd}");
}

const unsafe = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The same on one line, and no longer than so many characters. */
export function terminalLine(text: string, length: number): string {
  const line = [...terminalText(text.replaceAll(/\s+/g, " ").trim())];
  return line.length <= length ? line.join("") : `${line.slice(0, length - 1).join("")}…`;
}
