import type { Forge } from "#shared/event.ts";
import { type Delivery, delivery } from "../delivery.ts";
import { giteeSegment, secretsOf } from "../settings.ts";
import type { Changes, ToldAction } from "./changes.ts";
import {
  type Changed,
  giteaSigned,
  giteeByPassword,
  giteeSigned,
  gitlabByToken,
  gitlabSigned,
} from "./deliveries.ts";
import { giteaPayload } from "./gitea-payload.ts";
import { giteePayload } from "./gitee-payload.ts";
import { githubPayload } from "./github-payload.ts";
import { gitlabPayload } from "./gitlab-payload.ts";

/** One way in which a forge proves its deliveries. */
export interface Way {
  /** As the tests call it. */
  readonly name: string;
  readonly forge: Forge;
  /** Where the webhook of the edge under test is. */
  readonly path: string;
  /** The good secrets, newest first. */
  readonly secrets: readonly string[];
  /** One that is not. */
  readonly wrongSecret: string;
  readonly host: string;
  /** Whether the proof covers the body. */
  readonly coversBody: boolean;
  /** The header that holds the proof. */
  readonly proof: string;
  /** What the forge can tell. */
  readonly actions: readonly ToldAction[];
  payload(changes?: Changes): object;
  deliver(payload: unknown, changed?: Changed): Delivery | Promise<Delivery>;
}

/** What the ways of one forge share. */
type ForgeFacts = Pick<Way, "forge" | "path" | "host" | "actions" | "payload">;

const told: readonly ToldAction[] = ["opened", "synchronize", "reopened", "closed"];
const all: readonly ToldAction[] = [...told, "ready_for_review"];
const wrongSecret = "a-secret-of-somebody-else";

const github: ForgeFacts = {
  forge: "github",
  path: "/webhooks/github",
  host: "github.com",
  actions: all,
  payload: githubPayload,
};
const gitlab: ForgeFacts = {
  forge: "gitlab",
  path: "/webhooks/gitlab",
  host: "gitlab.com",
  actions: all,
  payload: gitlabPayload,
};
const gitee: ForgeFacts = {
  forge: "gitee",
  path: `/webhooks/gitee/${giteeSegment}`,
  host: "gitee.com",
  actions: told,
  payload: giteePayload,
};
const gitea: ForgeFacts = {
  forge: "gitea",
  path: "/webhooks/gitea",
  host: "git.example.com",
  actions: all,
  payload: giteaPayload,
};

/** Every way that the edge knows. */
export const ways: readonly Way[] = [
  {
    ...github,
    name: "github",
    secrets: secretsOf.github,
    wrongSecret,
    coversBody: true,
    proof: "x-hub-signature-256",
    deliver: delivery,
  },
  {
    ...gitlab,
    name: "gitlab by token",
    secrets: secretsOf.gitlabToken,
    wrongSecret,
    coversBody: false,
    proof: "x-gitlab-token",
    deliver: gitlabByToken,
  },
  {
    ...gitlab,
    name: "gitlab by signature",
    secrets: secretsOf.gitlabSigning,
    wrongSecret: "whsec_YW5vdGhlciBzZWNyZXQgb2Ygc29tZWJvZHk=",
    coversBody: true,
    proof: "webhook-signature",
    deliver: gitlabSigned,
  },
  {
    ...gitee,
    name: "gitee by password",
    secrets: secretsOf.gitee,
    wrongSecret,
    coversBody: false,
    proof: "x-gitee-token",
    deliver: giteeByPassword,
  },
  {
    ...gitee,
    name: "gitee by signature",
    secrets: secretsOf.gitee,
    wrongSecret,
    coversBody: false,
    proof: "x-gitee-token",
    deliver: giteeSigned,
  },
  {
    ...gitea,
    name: "gitea",
    secrets: secretsOf.gitea,
    wrongSecret,
    coversBody: true,
    proof: "x-gitea-signature",
    deliver: giteaSigned,
  },
];
