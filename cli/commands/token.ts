import { type Command, Option } from "commander";
import { Scope } from "#shared/scope.ts";
import { show } from "../output.ts";
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
    .option("--json", "print data")
    .action(({ scope, json }: { scope: string; json?: boolean }) => {
      const data = createToken(scope);
      const { token, entry } = data;
      const text = `Token, shown only now: ${token}\nEntry of edge.api_tokens:  ${entry}`;
      show({ data, text }, json);
    });
}
