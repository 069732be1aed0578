import { type CgroupPlaces, openCgroups } from "./claude/cgroups.ts";

/**
 * What is to be done with each process that was started, so that it takes no more memory than this;
 * undefined where there is nothing to do. Where it can't be done, `onError` is told and reviews go on:
 * what processes take is still looked at from time to time.
 */
export function confiner(
  maxBytes: number | undefined,
  onError: (error: unknown) => void,
  places?: CgroupPlaces,
): ((pid: number) => void) | undefined {
  if (maxBytes === undefined) return undefined;
  try {
    const confine = openCgroups(maxBytes, places);
    return (pid) => {
      try {
        confine(pid);
      } catch (error) {
        onError(error);
      }
    };
  } catch (error) {
    onError(error);
    return undefined;
  }
}
