/** Runs one SQL text inside the migration's transaction and returns its rows. Without `values` it may hold several statements. */
export type MigrationExecutor = (
  text: string,
  values?: readonly unknown[],
) => Promise<readonly Record<string, unknown>[]>;

/** One forward step. Once released it must never change; there are no steps back. */
export interface Migration {
  /** `0001-title`: four digits, a dash, lower-case words. Sorted and gapless from 0001. */
  readonly name: string;
  /**
   * A SQL script, or a function that runs SQL. The checksum of a script is over its text; of a function only the name is
   * checked, since its source text changes with the compiler. Prefer scripts.
   */
  readonly up: string | ((sql: MigrationExecutor) => Promise<void>);
  /**
   * Which programs that do not know this step may go on beside it, and start: they neither miss what it took away nor leave out what it asks for.
   * Recorded with the step, for those programs to read.
   *
   * - `true`: those that know the steps before it
   * - the name of an earlier step: those that know that one, so that what only older ones used can be taken away
   * - unset: none; they have to be stopped before it is run
   *
   * How to write a change in steps that are compatible: `deploy/UPGRADING.md`.
   */
  readonly compatible?: true | string;
}
