/** Rules about tools in the CLI's own words: `Bash`, or `Bash(git log:*)`. */
export interface ToolRules {
  /** May run. */
  readonly allow: readonly string[];
  /** People are asked, also where `allow` would let it. */
  readonly ask: readonly string[];
  /** May not, whatever else is said. */
  readonly deny: readonly string[];
}

/** Reading the checkout, which is all that a review needs. */
export const readingTools: readonly string[] = ["Read", "Grep", "Glob"];

/** What writes files; a rule about `Edit` is one about all of them. */
const writingTools: readonly string[] = ["Edit", "Write", "NotebookEdit"];

/**
 * All that can be offered. What else the CLI has lets a session message another one, schedule turns
 * by itself or start agents.
 */
export const offerableTools: readonly string[] = [
  ...readingTools,
  ...writingTools,
  ...["Bash", "WebFetch", "WebSearch", "TodoWrite"],
];

/** The tool that a rule is about. */
export function toolOf(rule: string): string {
  return rule.split("(", 1)[0] ?? rule;
}

/**
 * The part of the command line that is about tools. The list of tools is explicit because the
 * default one is long. Without `ask` nobody is asked: what is not allowed is denied.
 */
export function toolArguments({ allow, ask, deny }: ToolRules): string[] {
  const tools = new Set([...allow, ...ask].map(toolOf));
  const permissions = { allow: allow.flatMap(confined), ask, deny };
  const isPlain = Object.values(permissions).every((rules) => rules.length === 0);
  return [
    ...["--tools", [...tools].join(",")],
    ...(ask.length === 0
      ? ["--permission-mode", "dontAsk"]
      : ["--permission-mode", "manual", "--permission-prompt-tool", "stdio"]),
    ...(isPlain ? [] : ["--settings", JSON.stringify({ permissions })]),
  ];
}

/**
 * Files within the checkout alone. The CLI lets a tool that reads do so unasked there, and a rule
 * with its bare name would let it anywhere.
 */
function confined(rule: string): string[] {
  if (readingTools.includes(rule)) return [];
  return [writingTools.includes(rule) ? "Edit(./**)" : rule];
}
