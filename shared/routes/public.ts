import type { Route } from "../route.ts";
import { listDeadLetters, replayDeadLetter, replayDeadLetters } from "./dead-letters.ts";
import { getDelivery, replayDelivery } from "./deliveries.ts";
import { getDocs, getDocument, getHealth, getReadiness } from "./edge.ts";
import { getRunnerHealth } from "./health.ts";
import { listHosts } from "./hosts.ts";
import { listUndelivered, replayAllUndelivered, replayUndelivered } from "./outbox.ts";
import { endSession, getSession, listSessions, sendMessage } from "./sessions.ts";
import {
  answerPermission,
  cancelTask,
  followTask,
  getTask,
  getTimeline,
  listPermissions,
  listTasks,
  readJournal,
} from "./tasks.ts";
import { listUsage } from "./usage.ts";
import { receiveWebhook, receiveWebhookAtSegment } from "./webhooks.ts";

/** What the edge checks the token for, and asks the runner. A route is public by being here. */
export const relayedRoutes: readonly Route[] = [
  listTasks,
  getTask,
  followTask,
  readJournal,
  getTimeline,
  cancelTask,
  listPermissions,
  answerPermission,
  listSessions,
  getSession,
  endSession,
  sendMessage,
  getDelivery,
  listHosts,
  listUsage,
  getRunnerHealth,
  listDeadLetters,
  replayDeadLetter,
  replayDeadLetters,
  replayDelivery,
];

/** All that the edge serves, as the document has it. */
export const publicRoutes: readonly Route[] = [
  receiveWebhook,
  receiveWebhookAtSegment,
  ...relayedRoutes,
  listUndelivered,
  replayAllUndelivered,
  replayUndelivered,
  getHealth,
  getReadiness,
  getDocument,
  getDocs,
];
