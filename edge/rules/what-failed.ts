import { longestMessage } from "#shared/api.ts";
import type { PipelineEvent } from "#shared/task-event.ts";

/**
 * What failed, for the model to look into, cut after as much as a message has; the names in it come
 * from the forge's users.
 */
export function whatFailed({ pipeline }: PipelineEvent): string {
  const { name, url, head_sha, jobs = [] } = pipeline;
  const failed = jobs.map(({ name: job, stage, reason }) => {
    const where = stage === undefined ? "" : ` of stage ${stage}`;
    const why = reason === undefined ? "" : `: ${reason}`;
    return `- job ${job}${where}${why}`;
  });
  return [
    `Pipeline ${name === "" ? "without a name" : name} failed at ${head_sha}.`,
    ...(url === undefined ? [] : [`Its page: ${url}`]),
    ...(failed.length === 0 ? [] : ["What failed in it:", ...failed]),
  ]
    .join("\n")
    .slice(0, longestMessage);
}
