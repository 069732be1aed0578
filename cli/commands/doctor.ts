import { styleText } from "node:util";
import type { Command } from "commander";
import { forgeSettings } from "#edge/forge-settings.ts";
import { CicdError } from "#shared/error.ts";
import type { Config } from "../config.ts";
import type { Check, Finding } from "../doctor/check.ts";
import { exitCodes } from "../exit-code.ts";
import { show } from "../output.ts";
import { configuredEdge, explainSettings, type SettingsSource } from "../settings.ts";
import { terminalLine } from "../terminal-text.ts";

/** How long a line of a finding may be, in characters. */
const room = 300;

/** Adds `doctor`. */
export function addDoctorCommand(program: Command, source: () => SettingsSource): void {
  program
    .command("doctor")
    .description(
      "look for what is wrong with this machine and its settings; exit 1 when something is",
    )
    .option("--json", "print data")
    .action(async ({ json }: { json?: boolean }) => {
      const { runChecks } = await import("../doctor/check.ts");
      const checks = await runChecks(await checksOf(source()));
      const text = checks.map(lineOf).join("\n");
      show({ data: { checks }, text }, json);
      const isBad = checks.some(({ status }) => status === "fail");
      process.exitCode = isBad ? exitCodes.failure : exitCodes.ok;
    });
}

/** All of them where the settings can be read, else those that need none. */
async function checksOf(source: SettingsSource): Promise<Check[]> {
  const { environment } = source;
  const { nodeCheck, gitCheck } = await import("../doctor/programs.ts");
  const always = [nodeCheck, gitCheck(environment)];
  try {
    const { config, file } = await explainSettings(source);
    return [...always, settingsCheck(config, file), ...(await configuredChecks(config, source))];
  } catch (error) {
    const fails = async () => {
      throw error;
    };
    return [...always, { name: "Settings", run: fails }];
  }
}

function settingsCheck(config: Config, file: string | undefined): Check {
  return {
    name: "Settings",
    run: async () => {
      const { checkRunnerSettings } = await import("../runner-settings.ts");
      await checkRunnerSettings(config);
      const where = file ?? "no file, the environment alone";
      try {
        forgeSettings(config);
        return { status: "ok", message: where };
      } catch (thrown) {
        // A host that runs a runner alone has none.
        const { message, hint } = CicdError.from(thrown);
        return { status: "warn", message: `${where}; ${message}`, fix: hint };
      }
    },
  };
}

async function configuredChecks(config: Config, source: SettingsSource): Promise<Check[]> {
  const { environment } = source;
  const [{ cliCheck }, { modelCheck }, { forgeChecks }, { edgeCheck }, { storeCheck }] =
    await Promise.all([
      import("../doctor/programs.ts"),
      import("../doctor/model.ts"),
      import("../doctor/forges.ts"),
      import("../doctor/edge.ts"),
      import("../doctor/store.ts"),
    ]);
  const { diskCheck } = await import("../doctor/disk.ts");
  const { memoryCheck } = await import("../doctor/memory.ts");
  const { cliLimitCheck } = await import("../doctor/cli-limit.ts");
  const isPublic = config.edge.public_url !== undefined;
  return [
    cliCheck(config.claude.cli_path, environment),
    modelCheck(config),
    ...forgeChecks(config),
    edgeCheck(await configuredEdge(source), { isPublic }),
    storeCheck(config.runner),
    diskCheck(config.runner),
    memoryCheck(config.async.max_sessions, environment),
    cliLimitCheck(config.async.process_memory_max, environment),
  ];
}

const colours = { ok: "green", warn: "yellow", fail: "red" } as const;

function lineOf({ name, status, message, fix }: Finding & { name: string }): string {
  const head = `${styleText(colours[status], status.padEnd(4))}  ${name.padEnd(16)}`;
  const line = `${head}  ${terminalLine(message, room)}`;
  return fix === undefined ? line : `${line}\n${" ".repeat(24)}Fix: ${terminalLine(fix, room)}`;
}
