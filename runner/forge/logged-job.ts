/** How much of the end of a log is read, in bytes. */
export const logTail = 1024 * 1024;

/** A job whose log can be asked for. */
export interface LoggedJob {
  readonly name: string;
  /** The end of its log. @throws CicdError as every request to a forge does. */
  readonly read: () => Promise<string>;
}
