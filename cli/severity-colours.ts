/** How severities are coloured on a terminal, as `styleText` of Node names colours. */
export const severityColours = {
  critical: "red",
  high: "red",
  medium: "yellow",
  low: "cyan",
  info: "dim",
} as const;
