/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** A shorter one would be found in harmless words. */
const shortestSecret = 6;

/** What looks like a secret whoever it belongs to. */
const shapes = [
  // GitHub, GitLab, Slack, npm, Anthropic and the like, Google, AWS.
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g,
  /\b(?:glpat|gldt|glrt|glcbt|glptt|glsoat|gloas)-[A-Za-z0-9_.-]{16,}/g,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/g,
  /\bnpm_[A-Za-z0-9]{30,}/g,
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bwhsec_[A-Za-z0-9+/=]{16,}/g,
  // From the beginning of a word: each of many beginnings within one would be read to its end.
  /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Takes out the secrets of this host, wherever they stand, and what has the shape of one. */
export function redactor(secrets: Iterable<string | undefined>): Redact {
  const known = [...new Set(secrets)]
    .filter((secret) => secret !== undefined)
    .flatMap((secret) => [secret, ...secret.split("\n")])
    .filter((secret) => secret.trim().length >= shortestSecret)
    // The longest first: another one may be a part of it.
    .sort((one, other) => other.length - one.length);
  return (text) => {
    const withoutKnown = known.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
    return shapes.reduce((rest, shape) => rest.replaceAll(shape, "***"), withoutKnown);
  };
}
