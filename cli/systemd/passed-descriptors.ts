import type { Environment } from "#shared/config.ts";

/** The first descriptor that systemd passes: after those of input, output and errors. */
const firstDescriptor = 3;

/**
 * The descriptors that systemd passed to this program, by the names that its units give them
 * (`FileDescriptorName=`, the last part of `OpenFile=`). Those meant for another process, and what
 * can't be real, are nobody's. Source: sd_listen_fds(3).
 */
export function passedDescriptors(
  { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES = "" }: Environment,
  pid = process.pid,
): ReadonlyMap<string, number> {
  if (LISTEN_PID !== String(pid) || !/^\d{1,4}$/.test(LISTEN_FDS ?? "")) return new Map();
  const names = LISTEN_FDNAMES.split(":");
  const count = Number(LISTEN_FDS);
  return new Map(names.slice(0, count).map((name, index) => [name, firstDescriptor + index]));
}
