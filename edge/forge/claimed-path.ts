import * as z from "zod";

const ByNames = z.object({
  repository: z.object({ name: z.string(), owner: z.object({ login: z.string() }) }).optional(),
  organization: z.object({ login: z.string() }).nullish().catch(undefined),
});

/** The path that a payload claims by the names of repository and owner, or of an organization. */
export function claimedByNames(payload: unknown): string | undefined {
  const { repository, organization } = ByNames.safeParse(payload).data ?? {};
  return repository === undefined
    ? organization?.login
    : `${repository.owner.login}/${repository.name}`;
}

/** The path that a payload claims in its `repository` or `project`. */
export function claimedByPath(payload: unknown, key: "repository" | "project"): string | undefined {
  const Payload = z.object({ [key]: z.object({ path_with_namespace: z.string() }) });
  return Payload.safeParse(payload).data?.[key]?.path_with_namespace;
}
