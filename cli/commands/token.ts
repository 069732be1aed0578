import { type Command, Option } from "commander";
import { Scope } from "#shared/scope.ts";
import { createToken } from "../token.ts";

/** Adds `token`. */
export function addTokenCommand(program: Command): void {
  program
    .command("token")
    .description("make an API token, and the line of edge.api_tokens that lets it in")
    .addOption(
      new Option("-s, --scope <scope>", "what it may do; each includes the ones before it")
        .choices(Scope.options)
        .default("read"),
    )
    .action(({ scope }: { scope: string }) => {
      const { token, entry } = createToken(scope);
      console.log(`Token, shown only now: ${token}\nEntry of edge.api_tokens:  ${entry}`);
    });
}
