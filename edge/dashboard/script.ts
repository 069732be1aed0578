/**
 * The script of the dashboard. Pages are whole without it; it takes the parts marked `data-live` from
 * a fresh copy of the page, and adds what a running task says to the log as it comes. An entry that
 * is no text of the model gets an empty line, which the next copy fills: that has no entry from before
 * the first of them.
 */
export const script = `"use strict";
const every = Number(document.body.dataset.refresh);
const stream = document.querySelector("[data-events]");
const log = document.getElementById("log");
/** A page is asked for again at most so often, in milliseconds. */
const rest = 2000;
let isBusy = false;
let last = -rest;

async function refresh() {
  if (isBusy || document.hidden) return;
  isBusy = true;
  last = performance.now();
  try {
    const answer = await fetch(whereNew(), { headers: { accept: "text/html" } });
    if (answer.status === 401) location.reload();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const isLost = [document, fresh].every((page) => page.getElementById("lost") !== null);
    const isUsable = answer.ok || isLost;
    // What tells of an error is not of this moment, and never was.
    document.getElementById("stale").hidden = isUsable || document.querySelector("[data-live]") === null;
    if (isUsable) show(fresh);
  } catch {
    document.getElementById("stale").hidden = false;
  } finally {
    isBusy = false;
  }
}

function whereNew() {
  const url = new URL(location.href);
  const empty = log?.querySelector("[data-empty]");
  if (log) url.searchParams.set("after", empty ? empty.dataset.seq - 1 : log.dataset.after);
  return url;
}

function show(fresh) {
  const isNew = ({ id }) => document.getElementById(id) === null;
  // What was told instead of the page is over.
  if ([...fresh.querySelectorAll("[data-live]")].some(isNew)) return location.reload();
  for (const old of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(old.id);
    // Whoever is about to press a button keeps it, and what is being copied.
    if (next === null || old.contains(document.activeElement)) continue;
    const selection = getSelection();
    if (!selection.isCollapsed && selection.containsNode(old, true)) continue;
    if (!next.isEqualNode(old)) old.replaceWith(next);
  }
  if (!stream) return;
  keepingPlace(() => fill(fresh));
  const isOver = fresh.querySelector("[data-events]") === null;
  if (isOver && log.querySelector("[data-empty]") === null) stop();
}

function fill(fresh) {
  for (const line of log.querySelectorAll("[data-empty]")) {
    const told = fresh.querySelector('#log [data-seq="' + line.dataset.seq + '"]');
    if (told) line.replaceWith(told);
  }
}

function append(seq, kind, text) {
  const line = log.lastElementChild;
  if (kind !== undefined && line?.className === kind) line.append(text);
  else log.append(made(seq, kind, text));
  log.dataset.after = seq;
}

function made(seq, kind, text) {
  const line = document.createElement("li");
  line.className = kind ?? "step";
  line.append(text);
  if (kind === undefined) {
    line.dataset.seq = seq;
    line.dataset.empty = "";
  }
  return line;
}

function keepingPlace(change) {
  const isAtEnd = stream.scrollHeight - stream.scrollTop - stream.clientHeight < 40;
  const top = stream.scrollTop;
  change();
  stream.scrollTop = isAtEnd ? stream.scrollHeight : top;
}

let due;
function refreshSoon() {
  const wait = Math.max(250, last + rest - performance.now());
  due ??= setTimeout(async () => {
    due = undefined;
    if (isBusy) refreshSoon();
    else await refresh();
  }, wait);
}

let events;
function follow() {
  events = new EventSource(stream.dataset.events + "?after=" + log.dataset.after);
  const kinds = { "message.delta": "says", "thinking.delta": "thinks" };
  const add = (type, { data }) => {
    const entry = JSON.parse(data);
    if (entry.seq <= Number(log.dataset.after)) return;
    const kind = kinds[type];
    keepingPlace(() => append(entry.seq, kind, kind === undefined ? type : entry.data.text));
    if (kind === undefined) refreshSoon();
  };
  for (const type of [...Object.keys(kinds), ...stream.dataset.types.split(" ")])
    events.addEventListener(type, (event) => add(type, event));
  for (const type of stream.dataset.ends.split(" "))
    events.addEventListener(type, () => events.close());
  // A browser gives up on any answer but a stream.
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED && timer !== undefined) setTimeout(followOn, 3000);
  });
}

function followOn() {
  if (timer !== undefined) follow();
}

let timer;
/** What the stream has not brought yet it still brings, up to its end. */
function stop() {
  clearInterval(timer);
  timer = undefined;
}

if (stream) {
  follow();
  timer = setInterval(refreshSoon, 3000);
  addEventListener("pagehide", () => events.close());
  stream.scrollTop = stream.scrollHeight;
}
if (every > 0) setInterval(refresh, every);
document.addEventListener("visibilitychange", refresh);
`;
