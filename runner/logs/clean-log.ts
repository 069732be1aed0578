/** A log as it was meant to be read: without colours, times of each line and marks of its sections. */
export function cleanLog(text: string): string {
  return (
    text
      .replaceAll("\r\n", "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what colours are made of.
      .replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, "")
      .replaceAll(/^\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z /gm, "")
      .replaceAll(/^section_(?:start|end):\d+:[^\r\n]*\r?/gm, "")
      // What was written over is not there any more. Not by ^, where lines begin within lines too.
      .replaceAll(/(?<![^\n])[^\n]*\r(?!\n)/g, "")
  );
}
