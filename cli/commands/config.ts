import { type Command, Option } from "commander";
import { forgeSettings } from "#edge/forge-settings.ts";
import { configSchema } from "../config-schema.ts";
import { show } from "../output.ts";
import { type Explained, explainSettings, type SettingsSource } from "../settings.ts";
import { table } from "../table.ts";
import { terminalLine } from "../terminal-text.ts";

/** How long a value may be, in characters. */
const room = 60;

interface CheckFlags {
  readonly all?: boolean;
  readonly for: "serve" | "edge" | "runner";
  readonly json?: boolean;
}

/** Adds `config check`, `config example` and `config schema`. */
export function addConfigCommands(program: Command, source: () => SettingsSource): void {
  const config = program.command("config").description("check, explain and describe the settings");

  config
    .command("check")
    .description(
      "check file and environment; show what is set, and where; exit 78 when it is wrong",
    )
    .addOption(
      new Option("--for <program>", "what the settings are for")
        .choices(["serve", "edge", "runner"])
        .default("serve"),
    )
    .option("--all", "show defaults too")
    .option("--json", "print data")
    .action(async (flags: CheckFlags) => {
      const isAlone = flags.for !== "serve";
      const explained = await explainSettings(source(), { isAlone });
      if (flags.for !== "runner") forgeSettings(explained.config);
      if (flags.for !== "edge") {
        const { checkRunnerSettings } = await import("../runner-settings.ts");
        await checkRunnerSettings(explained.config);
      }
      const settings = explained.settings.filter(
        ({ origin }) => flags.all === true || origin.kind !== "default",
      );
      const rows = settings.map((setting) => [keyOf(setting), textOf(setting), setting.from]);
      const text = [
        table(["KEY", "VALUE", "FROM"], rows, "Nothing is set: all settings have their defaults"),
        "",
        `All is well for ${flags.for}; ${explained.file ?? "there is no configuration file"}`,
      ].join("\n");
      show(
        { data: { file: explained.file ?? null, settings: settings.map(toData) }, text },
        flags.json,
      );
    });

  config
    .command("example")
    .description("print a configuration with every setting and what it is")
    .action(async () => {
      const { configExample } = await import("../config-example.ts");
      process.stdout.write(configExample());
    });

  config
    .command("schema")
    .description("print the JSON schema of the configuration, for editors")
    .action(() => console.log(JSON.stringify(configSchema(), null, 2)));
}

function keyOf({ path }: Explained): string {
  return path.join(".");
}

/** A value as people may see it. */
function textOf({ value, isSecret }: Explained): string {
  if (value === undefined) return "";
  if (isSecret) return "hidden";
  const text = Array.isArray(value) ? value.join(" ") : String(value);
  return terminalLine(text, room);
}

function toData(setting: Explained) {
  const { value, isSecret, from } = setting;
  const shown = isSecret ? undefined : value;
  return {
    key: keyOf(setting),
    from,
    is_secret: isSecret,
    ...(shown !== undefined && { value: shown }),
  };
}
