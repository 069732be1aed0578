import assert from "node:assert/strict";
import { test } from "node:test";
import { gitea } from "#edge/forge/gitea.ts";
import { gitee } from "#edge/forge/gitee.ts";
import { github } from "#edge/forge/github.ts";
import { gitlab } from "#edge/forge/gitlab.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const minute = 60_000;

test("github verifies the example of GitHub's documentation", () => {
  const hex = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const headers = new Headers({ "x-hub-signature-256": `sha256=${hex}` });
  const delivery = { headers, body: bytes("Hello, World!") };
  github.verify(delivery, { secrets: ["It's a Secret to Everybody"], now: 0 });
});

test("gitea verifies the same without its prefix", () => {
  const hex = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const headers = new Headers({ "x-gitea-signature": hex });
  const delivery = { headers, body: bytes("Hello, World!") };
  gitea.verify(delivery, { secrets: ["It's a Secret to Everybody"], now: 0 });
});

test("gitlab verifies the example of Standard Webhooks, within five minutes of its time", () => {
  const sent = 1_614_265_330;
  const headers = new Headers({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": String(sent),
    "webhook-signature": "v1a,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,AAAA",
  });
  const delivery = { headers, body: bytes('{"test": 2432232314}') };
  const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
  const verifyAt = (now: number) => gitlab.verify(delivery, { secrets, now });
  for (const off of [-5 * minute, 0, 5 * minute]) verifyAt(sent * 1000 + off);
  for (const off of [-5 * minute - 1, 5 * minute + 1]) {
    assert.throws(() => verifyAt(sent * 1000 + off), {
      code: "unauthorized",
      message: /webhook-timestamp is more than 5 minutes off/,
    });
  }
});

test("gitee verifies its example, plain and encoded for a URL, within an hour of its time", () => {
  const sent = 1_633_679_083_918;
  const secrets = ["bBg5lrt03VixkX85CNqYIcecC0SIGASE"];
  const token = "Xvh4YPVe6l31XpDRL9J2yeaEXabsckIoUUschpXiVck=";
  const verifyAt = (now: number, value = token) => {
    const headers = new Headers({ "x-gitee-token": value, "x-gitee-timestamp": String(sent) });
    return gitee.verify({ headers, body: bytes("{}") }, { secrets, now });
  };
  for (const off of [-60 * minute, 0, 60 * minute]) verifyAt(sent + off);
  verifyAt(sent, encodeURIComponent(token));
  verifyAt(sent, token.replace("=", "%3d"));
  for (const off of [-60 * minute - 1, 60 * minute + 1]) {
    assert.throws(() => verifyAt(sent + off), {
      code: "unauthorized",
      message: /X-Gitee-Timestamp is more than an hour off/,
    });
  }
});

test("gitee takes plus and slash of its base64 plain and encoded", () => {
  const time = 1_700_000_000_000;
  const token = "OuzzJR5+xZ4/EYwqtNt6sMYZQMTa/HEGvc9miJe7XzY=";
  for (const value of [token, encodeURIComponent(token)]) {
    const headers = new Headers({ "x-gitee-token": value, "x-gitee-timestamp": String(time) });
    gitee.verify({ headers, body: bytes("{}") }, { secrets: ["secret"], now: time });
  }
});
