import type { Forge } from "#shared/event.ts";
import type { Answers } from "./answers.ts";
import type { FirstConfig } from "./files.ts";

/** What is to be clicked, by forge: `url` and `secret` are filled in. */
const clicks: Readonly<Record<Forge, (url: string, secret: string) => string[]>> = {
  github: (url, secret) => [
    "In the repository or organization: Settings, Webhooks, Add webhook",
    `Payload URL: ${url}`,
    "Content type: application/json",
    `Secret: ${secret}`,
    "Let me select individual events: Pull requests; for commands also Issue comments and Pull request review comments",
  ],
  gitlab: (url, secret) => [
    "In the project or group: Settings, Webhooks, Add new webhook",
    `URL: ${url}`,
    `Secret token: ${secret}`,
    "Trigger: Merge request events; for commands also Comments",
  ],
  gitee: (url, secret) => [
    "In the repository: Manage, WebHooks, Add",
    `URL: ${url}`,
    `Signing secret: ${secret}`,
    "Events: Pull Request; for commands also Comments",
  ],
  gitea: (url, secret) => [
    "In the repository or organization: Settings, Webhooks, Add Webhook, Gitea (or Forgejo)",
    `Target URL: ${url}`,
    "POST content type: application/json",
    `Secret: ${secret}`,
    "Custom events: Pull Request and Pull Request Synchronized; for commands also Pull Request Comment and Pull Request Reviewed",
  ],
};

/**
 * What is left to do, in the order in which it is done.
 * @param folder of the files, where somebody has to go first.
 */
export function nextSteps(answers: Answers, made: FirstConfig, folder?: string): string {
  const { forge, publicUrl = "https://<your host>", systemd } = answers;
  const { pathSegment, webhookSecret, secretsFile, apiToken } = made;
  const end = pathSegment === undefined ? "" : `/${pathSegment}`;
  const url = `${publicUrl.replace(/\/+$/, "")}/webhooks/${forge}${end}`;
  const [start = "", ...commands] = systemd ? underSystemd : byHand;
  const there = folder === undefined ? [] : [`cd '${folder.replaceAll("'", "'\\''")}'`];
  const missing = [
    ...(answers.apiKey === undefined ? ["ANTHROPIC_API_KEY"] : []),
    ...(answers.forgeToken === undefined ? [`${forge.toUpperCase()}_TOKEN`] : []),
  ];
  const steps = [
    ...(missing.length === 0 ? [] : [[`Fill in ${missing.join(" and ")} in ${secretsFile}`]]),
    [start, ...there, ...commands],
    clicks[forge](url, webhookSecret),
    ["Open a pull request, and watch: cicd-runner tasks", `with CICD_RUNNER_TOKEN=${apiToken}`],
  ];
  return steps
    .map(([first, ...rest], index) =>
      [`${index + 1}. ${first}`, ...rest.map((line) => `   ${line}`)].join("\n"),
    )
    .join("\n");
}

const byHand = [
  "Look whether all is well, then start it:",
  "set -a; . ./cicd-runner.env; set +a",
  "cicd-runner doctor",
  "cicd-runner serve",
];

const underSystemd = [
  "Install and start it:",
  "sudo install -D -m 600 service.env /etc/cicd-runner/service.env",
  "sudo install -m 644 systemd/* /etc/systemd/system/",
  "sudo systemctl daemon-reload",
  "sudo systemctl enable --now cicd-runner@1 cicd-edge",
];
