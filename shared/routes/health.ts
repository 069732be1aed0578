import { Health } from "../api.ts";
import { none, nothing, route } from "../route.ts";

/** `GET /v1/health`. */
export const getRunnerHealth = route({
  id: "getRunnerHealth",
  method: "GET",
  path: "/v1/health",
  access: "read",
  summary: "How the runner is that answers: its queue, level of degradation and breaker",
  description: "200 whatever the status is: the answer has it.",
  params: none,
  query: none,
  body: nothing,
  status: 200,
  answer: Health,
});
