import { CicdError, type ErrorCode } from "#shared/error.ts";

/** What git's words mean for us. */
interface Meaning {
  readonly words: RegExp;
  readonly code: ErrorCode;
  readonly hint: string;
}

const tokens = "GITHUB_TOKEN, GITLAB_TOKEN, GITEE_TOKEN or GITEA_TOKEN";

/** The first that matches counts. */
const meanings: readonly Meaning[] = [
  {
    words: /no space left on device|disk quota exceeded/i,
    code: "store_unavailable",
    hint: "Free space on the disk of the runner's state folder",
  },
  {
    words:
      /authentication failed|could not read (?:username|password)|returned error: 40[13]|HTTP 40[13]/i,
    code: "repository_refused",
    hint: `Set the forge's token (${tokens}) to one that is valid and can read this repository`,
  },
  {
    words: /^ ! \[remote rejected\]/m,
    code: "repository_refused",
    hint: `Check what the account of the forge's token (${tokens}) may push`,
  },
  {
    // Somebody made the branch at the same moment.
    words: /\(stale info\)/,
    code: "repository_unavailable",
    hint: "It is tried again with another name",
  },
  {
    words: /transport '.*' not allowed/i,
    code: "repository_refused",
    hint: "Add the protocol to runner.clone_protocols, if you mean to allow it",
  },
  {
    words: /returned error: 3\d\d|unable to update url base from redirection/i,
    code: "repository_refused",
    hint: "The forge redirects, which is not followed: has the repository or the forge moved?",
  },
  {
    words: /fsck error|error: invalid path /i,
    code: "repository_refused",
    hint: "The repository holds objects that git considers malformed or dangerous",
  },
  {
    words: /file name too long|unable to create file .*: (?:not a directory|is a directory)/i,
    code: "repository_refused",
    hint: "The repository has files that can't be written on the disk of the runner",
  },
  {
    words: /certificate|SSL CA/i,
    code: "repository_refused",
    hint: "Let the runner trust the forge's certificate: GIT_SSL_CAINFO names the authority's file",
  },
  {
    words:
      /repository '.*' (?:not found|does not exist)|does not appear to be a git repository|returned error: 404/i,
    code: "repository_refused",
    hint: `Check that the repository exists and that the forge's token (${tokens}) can read it`,
  },
  {
    words: /couldn't find remote ref|not our ref|unadvertised object/i,
    code: "repository_unavailable",
    hint: "The branch was pushed or deleted since, or the forge has not caught up yet",
  },
  {
    words:
      /could not resolve|failed to connect|connection (?:refused|reset|timed out)|early EOF|hung up|RPC failed|returned error: (?:408|429|5\d\d)|operation (?:too slow|timed out)|SSL|GnuTLS|unable to access|protocol error|empty reply|bad line length/i,
    code: "repository_unavailable",
    hint: "Check the network and the proxy variables between the runner and the forge",
  },
];

const longestReason = 500;

/**
 * Why a git command failed, from what it wrote to stderr. `internal` is what has no other name:
 * trouble within the git dir.
 */
export function gitFailure(
  [command]: readonly string[],
  { exitCode, stderr }: { exitCode: number; stderr: string },
): CicdError {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== "");
  // Words of the server are shown, but it does not choose what they mean.
  // Nor does a name, as that of a repository called "certificate": names stand in quotes.
  const own = lines
    .filter((line) => !line.startsWith("remote: "))
    .map((line) => line.replace(/'[^']*'/g, "''"))
    .join("\n");
  const meaning = meanings.find(({ words }) => words.test(own));
  const reason = redact(lines.join("; ")).slice(0, longestReason) || `exit code ${exitCode}`;
  return new CicdError(
    meaning?.code ?? "internal",
    `Cannot run git ${command}: ${reason}`,
    meaning === undefined ? {} : { hint: meaning.hint },
  );
}

/** Without control characters and without what could be a credential in a URL or header. */
function redact(text: string): string {
  return text
    .replace(/\p{Cc}/gu, " ")
    .replace(/\/\/[^\s/@]*@/g, "//***@")
    .replace(/\b(basic|bearer|token)\s+[\w+/=.~-]{8,}/gi, "$1 ***");
}
