import type { PipelineEvent } from "#shared/task-event.ts";

/** What failed, for the model to look into; the names in it come from the forge's users. */
export function whatFailed({ pipeline }: PipelineEvent): string {
  const { name, url, head_sha, jobs = [] } = pipeline;
  const failed = jobs.map(({ name: job, stage, reason }) =>
    [`- job ${job}`, stage && `of stage ${stage}`, reason && `: ${reason}`]
      .filter(Boolean)
      .join(" "),
  );
  return [
    `Pipeline ${name === "" ? "without a name" : name} failed at ${head_sha}.`,
    ...(url === undefined ? [] : [`Its page: ${url}`]),
    ...(failed.length === 0 ? [] : ["What failed in it:", ...failed]),
  ].join("\n");
}
