import type { OptionWord, Place, Word } from "./words.ts";

/** The same for zsh, in its completion system: with what each word does. */
export function zshCompletion(program: string, places: readonly Place[]): string {
  const name = `_${program.replaceAll("-", "_")}`;
  const paths = places.filter(({ at }) => at !== "").map(({ at }) => stepTo(at));
  const values = places.flatMap(({ at, options }) =>
    options.flatMap((one) => afterOption(at, one)),
  );
  const words = places.map(({ at, commands, options }) => {
    const all = [...commands, ...options].map(described).join(" ");
    return `    (${quoted(at)}) choices=(${all}) ;;`;
  });
  return `#compdef ${program}
# zsh completion of ${program}: eval "$(${program} completion zsh)", after compinit
${name}() {
  local at="" i
  local -a choices
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      (${paths.join("|")}) at="\${at:+$at }\${words[i]}" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
  _describe ${quoted(program)} choices
}
if [ "$funcstack[1]" = ${quoted(name)} ]; then ${name} "$@"; else compdef ${name} ${program}; fi
`;
}

function afterOption(at: string, { word, value }: OptionWord): string[] {
  if (value === undefined) return [];
  const reply =
    value === "file"
      ? "_files"
      : value === "any"
        ? "_message value"
        : `compadd -- ${value.map(quoted).join(" ")}`;
  return [`    (${quoted(`${at} ${word}`)}) ${reply}; return ;;`];
}

function described({ word, what }: Word): string {
  return quoted(`${word.replaceAll(":", "\\:")}:${what}`);
}

function stepTo(at: string): string {
  const names = at.split(" ");
  return quoted(`${names.slice(0, -1).join(" ")} ${names.at(-1)}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
