import type { Forge } from "#shared/event.ts";
import { type Delivery, delivery } from "../delivery.ts";
import type { Changes } from "../forges/changes.ts";
import { gitlabByToken } from "../forges/deliveries.ts";
import { githubPayload } from "../forges/github-payload.ts";
import { gitlabPayload } from "../forges/gitlab-payload.ts";
import type { FakeForge } from "./fake-forge.ts";
import { github, startFakeGitHub } from "./fake-github.ts";
import { gitlabToken, startFakeGitLab } from "./fake-gitlab.ts";

/** One kind of webhook, and the forge that has it. */
export interface Stand {
  readonly name: string;
  readonly forge: Forge;
  start(): Promise<FakeForge>;
  /** Settings of an edge that asks about the webhook at this API. */
  environment(api: string): Record<string, string>;
  readonly event: string;
  payload(changes?: Changes): object;
  deliver(payload: object, id: string): Delivery | Promise<Delivery>;
}

const onGitHub = (name: string, hook: string, credential: Record<string, string>): Stand => ({
  name,
  forge: "github",
  start: startFakeGitHub,
  environment: (api) => ({ ...credential, GITHUB_API_URL: api, SWEEP_GITHUB: hook }),
  event: "pull_request",
  payload: githubPayload,
  deliver: (payload, id) => delivery(payload, { id }),
});

const onGitLab = (name: string, hook: string): Stand => ({
  name,
  forge: "gitlab",
  start: startFakeGitLab,
  environment: (api) => ({ GITLAB_TOKEN: gitlabToken, GITLAB_API_URL: api, SWEEP_GITLAB: hook }),
  event: "Merge Request Hook",
  payload: gitlabPayload,
  deliver: (payload, id) => gitlabByToken(payload, { id }),
});

const app = {
  APP_ID: github.appId,
  PRIVATE_KEY: String(github.key.export({ type: "pkcs8", format: "pem" })),
};

/** The webhooks that any edge can ask about. */
export const stands: readonly Stand[] = [
  onGitHub("an App of GitHub", "app", app),
  onGitHub("a repository of GitHub", "acme/shop", { GITHUB_TOKEN: github.token }),
  onGitHub("an organization of GitHub", "org:acme#5", { SWEEP_GITHUB_TOKEN: github.token }),
  onGitLab("a project of GitLab", "acme/shop"),
  onGitLab("a group of GitLab", "group:acme#5"),
];
