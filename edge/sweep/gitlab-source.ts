import * as z from "zod";
import { CicdError } from "#shared/error.ts";
import { answeredByUs } from "./answered-by-us.ts";
import type { GitLabSource } from "./config.ts";
import type { ForgeApi } from "./forge-api.ts";
import type { Attempt, Hook, Recorded, Source } from "./hook.ts";
import type { LeadsHere } from "./leads-here.ts";
import { understood } from "./understood.ts";

const Id = z.union([z.int(), z.string()]).transform(String);
const Time = z.union([z.string(), z.null()]).optional();

const Entry = z.object({
  request_headers: z.record(z.string(), z.unknown()).nullish(),
  request_data: z.record(z.string(), z.unknown()).nullish(),
  response_body: z.unknown(),
  /** A status, or in words that none came. */
  response_status: z.union([z.int().transform(String), z.string()]).nullish(),
  /** Newer versions say it. */
  created_at: Time,
});
type Entry = z.infer<typeof Entry>;

const Touched = z.object({ object_attributes: z.object({ updated_at: z.string() }) });

const Hooks = z.array(z.object({ id: Id, url: z.string() }));

/** The most that GitLab lists of deliveries at a time. */
const pageSize = 20;

/** The webhooks of GitLab that the configuration names in one entry. */
export function gitlabSource(source: GitLabSource, api: ForgeApi, leadsHere: LeadsHere): Source {
  const { kind, path, hookId } = source;
  const all = `/${kind}/${encodeURIComponent(path)}/hooks`;
  const one = (id: string) => hookAt(`${path}#${id}`, `${all}/${id}/events`, api);
  return {
    name: path,
    hooks: async (signal) => {
      if (hookId !== undefined) return [one(hookId)];
      const { body } = await api.get(all, { per_page: "100" }, signal);
      return leadsHere(path, understood(Hooks, body, all)).map(one);
    },
  };
}

function hookAt(name: string, path: string, api: ForgeApi): Hook {
  return {
    name,
    pages: async function* (signal) {
      for (let page = 1, length = pageSize; length === pageSize; page += 1) {
        const query = { per_page: String(pageSize), page: String(page) };
        const { body } = await api.get(path, query, signal);
        const entries = understood(z.array(Entry), body, path);
        length = entries.length;
        yield entries.flatMap((entry) => attempt(entry) ?? []);
      }
    },
  };
}

/** Undefined for what has no id or no time: nothing could be known about it. */
function attempt(entry: Entry): Attempt | undefined {
  const text = (name: string) => textOf(entry.request_headers ?? {}, name);
  const id = text("webhook-id") ?? text("idempotency-key");
  const event = text("x-gitlab-event");
  const at = timeOf(entry, text("webhook-timestamp"));
  if (id === undefined || event === undefined || at === undefined) return undefined;
  const identity = { id, event };
  const delivered = /^2\d\d$/.test(entry.response_status ?? "");
  return { ...identity, at, delivered, read: async () => recorded(entry, identity) };
}

/** Headers are called the same however they are written. */
function textOf(headers: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return typeof value === "string" ? value : undefined;
}

/** In epoch milliseconds: of the delivery, else of what it tells about. */
function timeOf(entry: Entry, timestamp: string | undefined): number | undefined {
  const touched = Touched.safeParse(entry.request_data).data?.object_attributes.updated_at;
  const signed = Number(timestamp ?? Number.NaN) * 1000;
  const times = [Date.parse(entry.created_at ?? ""), signed, Date.parse(touched ?? "")];
  return times.find(Number.isFinite);
}

function recorded({ request_data, response_body }: Entry, identity: Recorded["identity"]) {
  if (request_data && request_data.oversize !== true) {
    return { identity, payload: request_data, answeredByUs: answeredByUs(response_body) };
  }
  const what = `Cannot read delivery ${identity.id}: GitLab did not keep its body`;
  throw new CicdError("invalid_request", what);
}
