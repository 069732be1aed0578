import * as z from "zod";
import { EdgeHealth, Ready } from "../api.ts";
import { none, nothing, route } from "../route.ts";

/** `GET /health`. */
export const getHealth = route({
  id: "getHealth",
  method: "GET",
  path: "/health",
  access: "open",
  summary: "Whether the edge is up, and how the runner behind it is",
  params: none,
  query: z.object({}),
  body: nothing,
  status: 200,
  answer: EdgeHealth,
  errors: ["store_unavailable"],
});

/** `GET /health/ready`. */
export const getReadiness = route({
  id: "getReadiness",
  method: "GET",
  path: "/health/ready",
  access: "open",
  summary: "200 when a webhook would be taken in now",
  params: none,
  query: z.object({}),
  body: nothing,
  status: 200,
  answer: Ready,
  errors: ["queue_full", "store_unavailable"],
});

/** `GET /openapi.json`. */
export const getDocument = route({
  id: "getDocument",
  method: "GET",
  path: "/openapi.json",
  access: "open",
  summary: "This document: OpenAPI 3.1",
  params: none,
  query: z.object({}),
  body: nothing,
  status: 200,
  answer: z.looseObject({ openapi: z.string() }),
});

/** `GET /docs`. */
export const getDocs = route({
  id: "getDocs",
  method: "GET",
  path: "/docs",
  access: "open",
  summary: "The same as a page",
  params: none,
  query: z.object({}),
  body: nothing,
  status: 200,
  answer: z.string(),
  media: "text/html",
});
