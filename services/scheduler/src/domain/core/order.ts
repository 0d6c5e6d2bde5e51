/** A job's place: class, then rank, then the order of submission. Lower comes first in each. */
export interface Ordered {
  readonly rankClass: number;
  readonly rank: number;
  readonly serial: number;
  /** Cost in the caller's unit, summed over what is ahead. */
  readonly weight: number;
}

/** What decides about a place. */
export type OrderKey = Omit<Ordered, "weight">;

/** Compares two places; negative when `a` comes first. */
export function compareOrder(a: OrderKey, b: OrderKey): number {
  return a.rankClass - b.rankClass || a.rank - b.rank || a.serial - b.serial;
}
