import type { FinalState } from "../core/model.js";

/** A property of a job that has ended, by which sums are kept. */
export type Dimension = "queue" | "kind" | "subject" | "runner" | "state" | "code" | "hour";

/** The properties of one sum. Those that its cube does not keep are empty. */
export interface SumKey {
  readonly ns: number;
  readonly bucket: number;
  readonly queue: string;
  readonly kind: string;
  readonly subject: string;
  readonly runner: string;
  readonly state: FinalState;
  readonly code: string;
  /** Hours since 1970 of the end; 0 where it is not kept. */
  readonly hour: number;
}

/**
 * The combinations of properties that are kept, as names of tables within the table. Each holds every job, and all of them queue, kind, state and code;
 * they differ in the one property that has many values. Two of those at once (a runner's jobs by hour) would be as many sums as jobs: such
 * questions are answered from the rows.
 */
export type Cube = "kind" | "hour" | "runner" | "subject";

/** All cubes. */
export const cubes: readonly Cube[] = ["kind", "hour", "runner", "subject"];

/** The properties of a key that a cube keeps; the others are empty. */
export function keyIn(cube: Cube, key: SumKey): SumKey {
  return {
    ...key,
    subject: cube === "subject" ? key.subject : "",
    runner: cube === "runner" ? key.runner : "",
    hour: cube === "hour" ? key.hour : 0,
  };
}

/** The cube that answers a question about these properties; undefined when none does. */
export function cubeFor(dimensions: ReadonlySet<Dimension>): Cube | undefined {
  const special = (["hour", "runner", "subject"] as const).filter((dimension) => dimensions.has(dimension));
  return special.length > 1 ? undefined : (special[0] ?? "kind");
}
