/**
 * The least that takes a webhook in durably with the same means: Node's own server checks the
 * signature, parses the JSON and answers when one row is in SQLite and on disk. It normalizes
 * nothing, checks nothing, knows no pull request, task or journal.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { GroupCommit } from "#runner/store/group-commit.ts";
import { openSqliteFiles } from "#runner/store/sqlite-files.ts";

const [folder = ""] = process.argv.slice(2);
const { database, sync } = openSqliteFiles(folder);
database.exec("CREATE TABLE bare(id TEXT PRIMARY KEY, event TEXT NOT NULL) STRICT");
const insert = database.prepare("INSERT INTO bare VALUES (?, ?)");
const group = new GroupCommit(database, sync);

const secret = process.env.GITHUB_WEBHOOK_SECRET ?? "";
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const signature = createHmac("sha256", secret).update(body).digest();
  const told = Buffer.from(String(request.headers["x-hub-signature-256"]).slice(7), "hex");
  if (!timingSafeEqual(signature, told)) return response.writeHead(401).end();
  const { number, action } = JSON.parse(body.toString("utf8"));
  const event = JSON.stringify({ number, action });
  await group.add(() => insert.run(String(request.headers["x-github-delivery"]), event));
  return response.writeHead(202, { "content-type": "application/json" }).end("{}");
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
});
