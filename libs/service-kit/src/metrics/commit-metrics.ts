import { Histogram, type Registry } from "prom-client";

/** Is told of each commit of a lane; what `createGroupCommitLane` takes as `onFlush`. */
export type OnCommit = (flushed: { readonly items: number; readonly durationMs: number }) => void;

const made = new WeakMap<Registry, (lane: string) => OnCommit>();

/** Measures group commits: how many callers shared one, and how long it took. Answers what takes the commits of a lane, by its name. */
export function commitMetrics(registry: Registry): (lane: string) => OnCommit {
  const known = made.get(registry);
  if (known !== undefined) return known;
  const labelNames = ["lane"] as const;
  const registers = [registry];
  const items = new Histogram({
    name: "switchyard_commit_items",
    help: "Writes that shared one commit.",
    labelNames,
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    registers,
  });
  const seconds = new Histogram({
    name: "switchyard_commit_seconds",
    help: "Time of a group commit, from its statement to the answer.",
    labelNames,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const watch = (lane: string): OnCommit => {
    const [size, time] = [items.labels({ lane }), seconds.labels({ lane })];
    return (flushed) => {
      size.observe(flushed.items);
      time.observe(flushed.durationMs / 1_000);
    };
  };
  made.set(registry, watch);
  return watch;
}
