/** The least app of probot: it verifies a webhook, hands it to a handler that does nothing, and answers. */
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createNodeMiddleware, createProbot } from "probot";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const probot = createProbot({
  env: {},
  overrides: {
    appId: 1,
    privateKey: String(privateKey.export({ type: "pkcs8", format: "pem" })),
    secret: process.env.GITHUB_WEBHOOK_SECRET ?? "",
    logLevel: "fatal",
  },
});
const middleware = await createNodeMiddleware(
  (robot) => {
    robot.on("pull_request", async () => {});
  },
  { probot, webhooksPath: "/webhooks/github" },
);
const server = createServer((request, response) => {
  void middleware(request, response, () => response.writeHead(404).end());
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
});
