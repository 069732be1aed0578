const units = [
  { seconds: 86_400, name: "d" },
  { seconds: 3600, name: "h" },
  { seconds: 60, name: "min" },
  { seconds: 1, name: "s" },
];

/** A time span in its largest unit: `3 min`. */
export function inWords(seconds: number): string {
  const unit = units.find((one) => seconds >= one.seconds) ?? { seconds: 1, name: "s" };
  return `${Math.floor(seconds / unit.seconds)} ${unit.name}`;
}

/** How long ago an ISO 8601 time was. */
export function ago(time: string, now = Date.now()): string {
  return `${inWords(Math.max(0, now - Date.parse(time)) / 1000)} ago`;
}
