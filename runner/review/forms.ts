import * as z from "zod";
import { Analysis, Diagnosis, TestProposal } from "#shared/report.ts";

/** What an answer looks like that is no review, for the model. */
export const forms = {
  analysis: form(
    Analysis,
    'All texts may be Markdown. "risk.score" goes from 1 to 10. Lists are empty where there is nothing to name. "tests_to_run" and "changelog" hold one line each.',
  ),
  diagnosis: form(
    Diagnosis,
    'All texts may be Markdown, but for "evidence": lines of the log, as they are. "by_this_change" is whether it would not have failed without the change. When you do not know the cause, "kind" is "unknown", and "cause" is what you do know.',
  ),
  tests: form(
    TestProposal,
    '"patch" is a unified diff against the head, as git writes it, with a/ and b/ before the paths: new files from /dev/null, changed ones with three lines of context. It is checked by git and applies to the files as they are, or it is of no use. It names test files and their helpers alone, deletes and renames none, and is null when no test is missing. "command" runs these tests, or is null.',
  ),
} as const;

function form(schema: z.ZodType, notes: string): string {
  return `End your answer with exactly one fenced block that holds JSON of this schema and nothing else:

\`\`\`json
${JSON.stringify(z.toJSONSchema(schema))}
\`\`\`

${notes}`;
}
