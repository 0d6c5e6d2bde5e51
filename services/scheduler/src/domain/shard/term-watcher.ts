import type { Write } from "../core/writes.js";

/** Is told what happens in the terms of this replica, for metrics. Must be quick: it runs between a commit and its callers. */
export interface TermWatcher {
  /** A term is in force. */
  termBegun(): void;
  /** Writes are durable. */
  committed(writes: readonly Write[]): void;
  /** Answers what is told of the commits of a lane. */
  lane(name: string): (flushed: { readonly items: number; readonly durationMs: number }) => void;
  /** The ends of so many leases were renewed. */
  leasesRenewed(count: number): void;
}

/** Watches nothing. */
export const noWatcher: TermWatcher = {
  termBegun: () => undefined,
  committed: () => undefined,
  lane: () => () => undefined,
  leasesRenewed: () => undefined,
};
