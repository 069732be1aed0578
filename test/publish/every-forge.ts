import type { Forge } from "#shared/event.ts";
import { startFakeGitea } from "../forges/gitea.ts";
import { startFakeGitee } from "../forges/gitee.ts";
import { startFakeGitHub } from "../forges/github.ts";
import { startFakeGitLab } from "../forges/gitlab.ts";
import type { FakeForge } from "../forges/page.ts";

/** A forge, and where it shows an answer. */
export interface AnsweringForge {
  readonly forge: Forge;
  readonly start: () => Promise<FakeForge>;
  /** Whether an answer is put below a comment on the page, or on a line; else it names it. */
  readonly hasThreads: { readonly page: boolean; readonly line: boolean };
  /** Its words for people who may read, and who may write. */
  readonly reading: string;
  readonly writing: string;
}

/** All forges. */
export const everyForge: readonly AnsweringForge[] = [
  {
    forge: "github",
    start: startFakeGitHub,
    hasThreads: { page: false, line: true },
    reading: "read",
    writing: "write",
  },
  {
    forge: "gitlab",
    start: startFakeGitLab,
    hasThreads: { page: true, line: true },
    reading: "20",
    writing: "30",
  },
  {
    forge: "gitee",
    start: startFakeGitee,
    hasThreads: { page: false, line: false },
    reading: "read",
    writing: "admin",
  },
  {
    forge: "gitea",
    start: startFakeGitea,
    hasThreads: { page: false, line: false },
    reading: "read",
    writing: "owner",
  },
];
