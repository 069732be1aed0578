/**
 * The script of the dashboard. Pages are whole without it; it takes the parts marked `data-live` from
 * a fresh copy of the page, and adds what a running task says to the log as it comes.
 */
export const script = `"use strict";
const every = Number(document.body.dataset.refresh);
const stream = document.querySelector("[data-events]");
let isBusy = false;

async function refresh() {
  if (isBusy || document.hidden) return;
  isBusy = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (answer.status === 401) location.reload();
    document.getElementById("stale").hidden = answer.ok;
    if (!answer.ok) return;
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    document.getElementById("stale").hidden = false;
  } finally {
    isBusy = false;
  }
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
    if (next.isEqualNode(old)) continue;
    if (old.id === "log") keepingPlace(() => old.replaceWith(next));
    else old.replaceWith(next);
  }
  if (stream) catchUp();
}

/** Deltas that the log may not have yet, by their place in the journal. */
let recent = [];

function catchUp() {
  const log = document.getElementById("log");
  const after = Number(log.dataset.after);
  recent = recent.filter(({ seq }) => seq > after);
  for (const delta of recent) append(log, delta);
}

function append(log, { seq, kind, text }) {
  const last = log.lastElementChild;
  if (last?.className === kind) last.append(text);
  else {
    const line = document.createElement("li");
    line.className = kind;
    line.append(text);
    log.append(line);
  }
  log.dataset.after = seq;
}

function keepingPlace(change) {
  const isAtEnd = stream.scrollHeight - stream.scrollTop - stream.clientHeight < 40;
  const top = stream.scrollTop;
  change();
  stream.scrollTop = isAtEnd ? stream.scrollHeight : top;
}

let due;
function refreshSoon() {
  due ??= setTimeout(async () => {
    due = undefined;
    if (isBusy) refreshSoon();
    else await refresh();
  }, 250);
}

function follow() {
  const log = document.getElementById("log");
  const events = new EventSource(stream.dataset.events + "?after=" + log.dataset.after);
  const kinds = { "message.delta": "says", "thinking.delta": "thinks" };
  for (const [type, kind] of Object.entries(kinds)) {
    events.addEventListener(type, ({ data }) => {
      const entry = JSON.parse(data);
      const delta = { seq: entry.seq, kind, text: entry.data.text };
      recent.push(delta);
      const shown = document.getElementById("log");
      if (entry.seq > Number(shown.dataset.after)) keepingPlace(() => append(shown, delta));
    });
  }
  for (const type of stream.dataset.types.split(" ")) events.addEventListener(type, refreshSoon);
  const timer = setInterval(refresh, 3000);
  for (const type of stream.dataset.ends.split(" ")) {
    events.addEventListener(type, () => {
      events.close();
      clearInterval(timer);
    });
  }
  addEventListener("pagehide", () => events.close());
  stream.scrollTop = stream.scrollHeight;
}

if (stream) follow();
if (every > 0) setInterval(refresh, every);
document.addEventListener("visibilitychange", refresh);
`;
