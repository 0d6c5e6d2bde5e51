import type { OpenJob, ParentEdge } from "../domain/core/model.js";

/** What an open job's row says beside the packed columns. */
export interface OpenExtra {
  readonly concurrencyKeys: readonly string[];
  readonly rateKeys: readonly string[];
  readonly fairnessKey: string;
  readonly reuseKey: string;
  readonly parents: readonly ParentEdge[];
  readonly reopened: OpenJob["reopened"];
}

interface Stored {
  readonly c?: readonly string[];
  readonly r?: readonly string[];
  readonly f?: string;
  readonly u?: string;
  readonly p?: readonly [number, ParentEdge["satisfiedBy"], ParentEdge["otherwise"]][];
  readonly o?: readonly [number, number];
}

/**
 * Packs it as JSON text; null when there is nothing, as for most jobs. The parents are those that the job was admitted with, or that its release left: one
 * that has ended while the write was on the way is released by a write of its own, which tells of it.
 */
export function encodeOpenExtra({ traits, reuseKey, storedParents: parents, reopened }: OpenJob): string | null {
  const { concurrencyKeys, rateKeys, fairnessKey } = traits;
  const isPlain = concurrencyKeys.length + rateKeys.length + parents.length === 0 && fairnessKey + reuseKey === "";
  if (isPlain && !reopened) return null;
  const stored: Stored = {
    ...(concurrencyKeys.length > 0 && { c: concurrencyKeys }),
    ...(rateKeys.length > 0 && { r: rateKeys }),
    ...(fairnessKey !== "" && { f: fairnessKey }),
    ...(reuseKey !== "" && { u: reuseKey }),
    ...(parents.length > 0 && {
      p: parents.map(({ parent, satisfiedBy, otherwise }) => [parent, satisfiedBy, otherwise]),
    }),
    ...(reopened && { o: [reopened.at, reopened.attempt] }),
  };
  return JSON.stringify(stored);
}

/** Reads what {@link encodeOpenExtra} wrote. */
export function decodeOpenExtra(text: string): OpenExtra {
  const { c = [], r = [], f = "", u = "", p = [], o } = JSON.parse(text) as Stored;
  const parents = p.map(([parent, satisfiedBy, otherwise]) => ({ parent, satisfiedBy, otherwise }));
  const reopened = o && { at: o[0], attempt: o[1] };
  return { concurrencyKeys: c, rateKeys: r, fairnessKey: f, reuseKey: u, parents, reopened };
}
