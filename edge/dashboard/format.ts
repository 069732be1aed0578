import { html } from "hono/html";
import type { Html } from "./view.ts";

/** Milliseconds as people say them: `850 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.round(minutes / 60 / 24)} d`;
}

/** US dollars, with cents; small amounts with as much as they need. */
export function money(usd: number): string {
  if (usd === 0 || usd >= 0.1) return `$${usd.toFixed(2)}`;
  return usd < 0.0001 ? "< $0.0001" : `$${usd.toFixed(4)}`;
}

/** Bytes in the unit that suits them. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const mib = count / 1024 ** 2;
  if (mib >= 1024) return `${(mib / 1024).toFixed(1)} GB`;
  return mib >= 1 ? `${Math.round(mib)} MB` : `${Math.round(count / 1024)} KB`;
}

/** A count with separators. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A moment by how long ago it was; the exact one is its title. */
export function ago(time: string, now: number): Html {
  const past = Math.max(0, now - Date.parse(time));
  const text = past < 5000 ? "just now" : `${coarse(past)} ago`;
  return html`<time datetime="${time}" title="${time}">${text}</time>`;
}

function coarse(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
