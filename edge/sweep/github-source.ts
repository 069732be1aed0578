import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { firstIssue } from "#shared/first-issue.ts";
import { answeredByUs } from "./answered-by-us.ts";
import type { GitHubSource } from "./config.ts";
import type { ForgeApi } from "./forge-api.ts";
import type { Attempt, Hook, Recorded, Source } from "./hook.ts";
import type { LeadsHere } from "./leads-here.ts";
import { understood } from "./understood.ts";

const Id = z.union([z.int().transform(String), z.string().regex(/^\d{1,20}$/)]);

const Deliveries = z.array(
  z.object({
    id: Id,
    guid: z.string(),
    delivered_at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
    status_code: z.number(),
    event: z.string(),
  }),
);

const Delivery = z.object({
  request: z.object({ payload: z.record(z.string(), z.unknown()) }),
  response: z.object({ payload: z.unknown() }),
});

const Hooks = z.array(z.object({ id: Id, config: z.object({ url: z.string().optional() }) }));

/** What GitHub lists at a time. */
const pageSize = "100";

/** The webhooks of GitHub that the configuration names in one entry. */
export function githubSource(source: GitHubSource, api: ForgeApi, leadsHere: LeadsHere): Source {
  if (source.kind === "app") {
    const hook = hookAt("app", "/app/hook/deliveries", api);
    return { name: "app", hooks: async () => [hook] };
  }
  const { kind, path, hookId } = source;
  const all = `/${kind}/${path}/hooks`;
  const one = (id: string) => hookAt(`${path}#${id}`, `${all}/${id}/deliveries`, api);
  return {
    name: path,
    hooks: async (signal) => {
      if (hookId !== undefined) return [one(hookId)];
      const { body } = await api.get(all, { per_page: pageSize }, signal);
      return leadsHere(
        path,
        understood(Hooks, body, all).map(({ id, config: { url = "" } }) => ({ id, url })),
      ).map(one);
    },
  };
}

function hookAt(name: string, path: string, api: ForgeApi): Hook {
  return {
    name,
    pages: async function* (signal) {
      for (let cursor: string | undefined = ""; cursor !== undefined; ) {
        const query = { per_page: pageSize, ...(cursor !== "" && { cursor }) };
        const { body, headers } = await api.get(path, query, signal);
        yield understood(Deliveries, body, path).map(
          (item): Attempt => ({
            id: item.guid,
            event: item.event,
            at: item.delivered_at,
            delivered: item.status_code >= 200 && item.status_code < 300,
            read: async (until) => {
              const answer = await api.get(`${path}/${item.id}`, {}, until);
              return recorded(answer.body, { id: item.guid, event: item.event });
            },
          }),
        );
        cursor = nextCursor(headers.get("link"));
      }
    },
  };
}

/** Where the next page begins. Of the address only this is taken: our own leads to the API. */
function nextCursor(link: string | null): string | undefined {
  const [, url = ""] = /<([^>]*)>\s*;\s*rel="next"/.exec(link ?? "") ?? [];
  return new URLSearchParams(url.slice(url.indexOf("?") + 1)).get("cursor") ?? undefined;
}

function recorded(body: unknown, identity: Recorded["identity"]): Recorded {
  const { success, data, error } = Delivery.safeParse(body);
  if (success) {
    const { request, response } = data;
    return { identity, payload: request.payload, answeredByUs: answeredByUs(response.payload) };
  }
  const what = `Cannot read delivery ${identity.id}: ${firstIssue(error)}`;
  throw new CicdError("invalid_request", what);
}
