import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { Forge } from "#shared/event.ts";
import {
  type Answers,
  hostTrouble,
  normalizedUrl,
  publicUrlTrouble,
  secretTrouble,
} from "../init/answers.ts";
import { show } from "../output.ts";

interface InitFlags {
  readonly yes?: boolean;
  readonly forge?: Forge;
  readonly host?: string;
  readonly publicUrl?: string;
  readonly systemd?: boolean;
  readonly dir: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Adds `init`. */
export function addInitCommand(program: Command): void {
  const command = program
    .command("init")
    .description("write a first configuration with fresh secrets, and say what to do next")
    .option("-y, --yes", "ask nothing: what no option says is left open")
    .addOption(
      new Option("--forge <forge>", "which sends the webhooks; with --yes github").choices(
        Forge.options,
      ),
    )
    .option("--host <host>", "its host, where that is your own", checked(hostTrouble))
    .option("--public-url <url>", "where it reaches the edge", checked(publicUrlTrouble))
    .option("--systemd", "for the units of systemd, which are written too")
    .option("--dir <folder>", "where the files go", ".")
    .option("--force", "replace files that are there")
    .option("--json", "print data")
    .action(async (flags: InitFlags) => {
      const answers = await answersOf(flags, command);
      if (answers.forge === "gitea" && answers.host === undefined) {
        command.error("error: give --host, which gitea needs");
      }
      const { firstConfig } = await import("../init/files.ts");
      const { writeFiles } = await import("../init/write.ts");
      const { nextSteps } = await import("../init/next-steps.ts");
      const folder = resolve(flags.dir);
      const made = await firstConfig(answers, folder);
      const force = flags.force ?? false;
      const paths = await writeFiles(folder, made.files, { force });
      const steps = nextSteps(answers, made, folder === process.cwd() ? undefined : folder);
      const text = `${paths.map((path) => `Wrote ${path}`).join("\n")}\n\n${steps}`;
      show(
        { data: { files: paths, api_token: made.apiToken, next_steps: steps }, text },
        flags.json,
      );
    });
}

async function answersOf(
  { yes, forge, host, publicUrl, systemd, json }: InitFlags,
  command: Command,
): Promise<Answers> {
  const { ANTHROPIC_API_KEY = "" } = process.env;
  const trouble = secretTrouble(ANTHROPIC_API_KEY);
  if (trouble !== undefined) command.error(`error: ANTHROPIC_API_KEY ${trouble}`);
  const given = {
    ...(forge !== undefined && { forge }),
    ...(host !== undefined && { host }),
    ...(publicUrl !== undefined && { publicUrl: normalizedUrl(publicUrl) }),
    ...(systemd !== undefined && { systemd }),
    ...(ANTHROPIC_API_KEY && { apiKey: ANTHROPIC_API_KEY }),
  };
  if (yes) {
    const open = { host: undefined, publicUrl: undefined, apiKey: undefined };
    return { forge: "github", ...open, forgeToken: undefined, systemd: false, ...given };
  }
  if (!process.stdin.isTTY || !process.stdout.isTTY || json) {
    command.error(
      "error: there is no terminal to ask on: give --yes, and what else there is to say",
    );
  }
  const { ask } = await import("../init/ask.ts");
  return await ask(given);
}

function checked(trouble: (text: string) => string | undefined): (text: string) => string {
  return (text) => {
    const wrong = trouble(text);
    if (wrong === undefined) return text;
    throw new InvalidArgumentError(`It ${wrong}.`);
  };
}
