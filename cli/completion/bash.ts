import type { Place } from "./words.ts";

/** A script that bash completes a program's command line by. */
export function bashCompletion(program: string, places: readonly Place[]): string {
  const name = `_${program.replaceAll("-", "_")}`;
  const paths = places.filter(({ at }) => at !== "").map(({ at }) => stepTo(at));
  const values = places.flatMap(({ at, options }) =>
    options.flatMap(({ word, value }) => {
      if (value === undefined) return [];
      // So that blanks are escaped, and a folder is gone on from.
      const how = value === "file" ? "compopt -o filenames; " : "";
      const reply =
        value === "file"
          ? 'compgen -f -- "$cur"'
          : `compgen -W "${value === "any" ? "" : value.join(" ")}" -- "$cur"`;
      return [`    "${at} ${word}") ${how}mapfile -t COMPREPLY < <(${reply}); return ;;`];
    }),
  );
  const words = places.map(({ at, commands, options }) => {
    const all = [...commands, ...options].map(({ word }) => word).join(" ");
    return `    "${at}") words="${all}" ;;`;
  });
  return `# bash completion of ${program}: eval "$(${program} completion bash)"
${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case "$at $word" in
      ${paths.join(" | ")}) at=\${at:+$at }$word ;;
    esac
  done
  case "$at $prev" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F ${name} ${program}
`;
}

/** The place before a command, and its name, as the script compares them. */
function stepTo(at: string): string {
  const names = at.split(" ");
  return `"${names.slice(0, -1).join(" ")} ${names.at(-1)}"`;
}
