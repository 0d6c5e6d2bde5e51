import type { PairHistory } from "./run-tallies.js";

/** What the place of a candidate in the queue depends on. */
export interface OffsetFacts {
  /** The worth of its codebase; null without one. */
  readonly codebaseValue: number | null;
  /** The largest worth of a codebase; undefined where none has one. */
  readonly largestValue: number | undefined;
  /** The worth of the candidate itself; null without one. */
  readonly candidateValue: number | null;
  /** Whether the state of the world is known that the candidate was found in. */
  readonly hasContext: boolean;
  /** Whether there was a run in the same state of the world, which would hardly end otherwise now. */
  readonly hadContext: boolean;
  readonly history: PairHistory;
}

/** A place in the queue and the time that the run will take. */
export interface Estimate {
  /** Behind the smallest priority of the queue. */
  readonly offset: number;
  /** In seconds. */
  readonly estimatedDuration: number;
}

/** What any run costs, and what a second of it does, in milliseconds. */
const [costOfRun, costOfSecond] = [20_000, 1000];

/** No codebase is worth less of the best one than this. */
const leastCodebaseValue = 0.1;

/** What the first run of a candidate is worth beside the candidate's own worth. */
const firstRunBonus = 100;

/** Places a candidate by its cost in relation to its value: what is cheap, valuable or likely to succeed comes first. */
export function offsetOf(facts: OffsetFacts): Estimate {
  const { durationSeconds } = facts.history;
  const cost = costOfRun + costOfSecond * durationSeconds;
  const value = codebaseValueOf(facts) * chanceOf(facts) * candidateValueOf(facts);
  return { offset: cost / value, estimatedDuration: durationSeconds };
}

function codebaseValueOf({ codebaseValue, largestValue }: OffsetFacts): number {
  if (codebaseValue === null || largestValue === undefined || largestValue === 0) return 1;
  return Math.max(leastCodebaseValue, Math.min(codebaseValue / largestValue, 1));
}

function candidateValueOf({ candidateValue, history }: OffsetFacts): number {
  if (candidateValue === null) return 1;
  return history.total === 0 ? candidateValue + firstRunBonus : candidateValue;
}

function chanceOf({ hasContext, hadContext, history: { successes, total } }: OffsetFacts): number {
  const chance = (10 * successes + 1) / (10 * total + 1);
  if (total === 0) return chance;
  if (hadContext) return chance * 0.1;
  return hasContext ? chance : chance * 0.5;
}
