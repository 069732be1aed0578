import type { OptionWord, Place } from "./words.ts";

/** The same for fish. */
export function fishCompletion(program: string, places: readonly Place[]): string {
  const name = `__${program.replaceAll("-", "_")}_at`;
  const paths = places.filter(({ at }) => at !== "").map(({ at }) => stepTo(at));
  const lines = places.flatMap(({ at, commands, options }) => {
    const here = `complete -c ${program} -n ${quoted(`${name} ${quoted(at)}`)}`;
    return [
      ...commands.map(({ word, what }) => `${here} -a ${quoted(word)} -d ${quoted(what)}`),
      ...options.map((one) => `${here} ${ofOption(one)} -d ${quoted(one.what)}`),
    ];
  });
  return `# fish completion of ${program}: ${program} completion fish | source
function ${name}
  set -l at ''
  for word in (commandline -opc)[2..]
    switch "$at $word"
      case ${paths.join(" ")}
        set at (string trim -- "$at $word")
    end
  end
  test "$at" = "$argv[1]"
end
complete -c ${program} -f
${lines.join("\n")}
`;
}

function ofOption({ word, value }: OptionWord): string {
  const long = `-l ${word.replace(/^--/, "")}`;
  if (value === undefined) return long;
  if (value === "file") return `${long} -r -F`;
  return value === "any" ? `${long} -x` : `${long} -x -a ${quoted(value.join(" "))}`;
}

function stepTo(at: string): string {
  const names = at.split(" ");
  return quoted(`${names.slice(0, -1).join(" ")} ${names.at(-1)}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
