import { cancel, confirm, intro, isCancel, password, select, text } from "@clack/prompts";
import { Forge } from "#shared/event.ts";
import { exitCodes } from "../exit-code.ts";
import {
  type Answers,
  hostTrouble,
  normalizedUrl,
  publicUrlTrouble,
  secretTrouble,
} from "./answers.ts";

const names: Readonly<Record<Forge, string>> = {
  github: "GitHub",
  gitlab: "GitLab",
  gitee: "Gitee",
  gitea: "Gitea or Forgejo",
};

/** Asks for what the flags do not say. Ends the program with 130 when somebody leaves. */
export async function ask(given: Partial<Answers>): Promise<Answers> {
  intro("A first configuration of cicd-runner");
  const forge =
    given.forge ??
    answered(
      await select({
        message: "Which forge sends the webhooks?",
        options: Forge.options.map((value) => ({ value, label: names[value] })),
      }),
    );
  const host = given.host ?? (await hostOf(forge));
  const publicUrl =
    given.publicUrl ??
    optionalUrl(
      await text({
        message: "Where does it reach the edge? (empty: not known yet)",
        placeholder: "https://reviews.example.com",
        validate: (value) => (value ? publicUrlTrouble(value) : undefined),
      }),
    );
  const apiKey =
    given.apiKey ?? (await secret("Key of Anthropic's API (empty: later, in the file)"));
  const forgeToken =
    given.forgeToken ??
    (await secret(`Token of ${names[forge]} for private repositories and results (empty: later)`));
  const systemd =
    given.systemd ??
    answered(await confirm({ message: "Is it run by systemd?", initialValue: false }));
  return { forge, host, publicUrl, apiKey, forgeToken, systemd };
}

async function hostOf(forge: Forge): Promise<string | undefined> {
  const isNeeded = forge === "gitea";
  return optional(
    await text({
      message: isNeeded
        ? "Which host is it?"
        : "Which host is it, if it is your own? (empty: the public one)",
      placeholder: "git.example.com",
      validate: (value) => (value || isNeeded ? hostTrouble(value ?? "") : undefined),
    }),
  );
}

async function secret(message: string): Promise<string | undefined> {
  return optional(
    await password({ message, validate: (value) => (value ? secretTrouble(value) : undefined) }),
  );
}

function optional(answer: string | symbol | undefined): string | undefined {
  return answered(answer) || undefined;
}

function optionalUrl(answer: string | symbol | undefined): string | undefined {
  const url = optional(answer);
  return url === undefined ? undefined : normalizedUrl(url);
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isAnswer(answer)) return answer;
  cancel("Nothing was written");
  return process.exit(exitCodes.interrupted);
}

function isAnswer<T>(answer: T): answer is Exclude<T, symbol> {
  return !isCancel(answer);
}
