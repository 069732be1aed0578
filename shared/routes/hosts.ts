import { Host, HostList } from "../host.ts";
import { none, nothing, route } from "../route.ts";

/** `GET /v1/hosts`. */
export const listHosts = route({
  id: "listHosts",
  method: "GET",
  path: "/v1/hosts",
  access: "read",
  summary: "The runner hosts that share a store, and what each has to do",
  params: none,
  query: none,
  body: nothing,
  status: 200,
  answer: HostList,
});

/** Of the one runner that is asked, whose operator seals the request: no edge relays it. */
export const drainHost = route({
  id: "drainHost",
  method: "POST",
  path: "/v1/hosts/drain",
  access: "signature",
  summary: "Takes no more tasks, hands what waits over to other hosts, and lets turns end",
  params: none,
  query: none,
  body: nothing,
  status: 202,
  answer: Host,
});
