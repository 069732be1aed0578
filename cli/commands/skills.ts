import type { Command } from "commander";
import { show } from "../output.ts";
import { readServeSettings, type SettingsSource } from "../settings.ts";

/** Adds `skills`. */
export function addSkillsCommand(program: Command, source: () => SettingsSource): void {
  program
    .command("skills")
    .description("list the skills that reviews and other tasks go by")
    .option("--json", "print data")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { showSkills } = await import("../skills.ts");
      show(await showSkills(await readServeSettings(source())), json);
    });
}
