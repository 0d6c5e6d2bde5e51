import { createBoundedLabel, otherValues } from "@switchyard/service-kit";
import { Gauge, type Registry } from "prom-client";
import type { Namespace } from "../domain/core/namespace.js";
import type { Queue } from "../domain/core/queue.js";
import { oldestReadyMs } from "../domain/reads/queue-counts.js";
import type { ShardTerm } from "../domain/shard/shard-term.js";

/** Most namespaces, and queues of all of them, with series of their own; the rest is summed up as `other`. */
const mostNamespaces = 100;
const mostQueues = 200;

/**
 * Shows what the memory of this replica's shards holds: read when somebody asks for the metrics, and never from the database. The label is `job_namespace`, since
 * Prometheus gives `namespace` to the one of Kubernetes.
 *
 * @param shards the numbers of all shards, as this replica has seen them last
 */
export function showState(
  registry: Registry,
  terms: () => readonly ShardTerm[],
  shards: () => readonly number[],
): void {
  const registers = [registry];
  const namespaceLabel = createBoundedLabel(mostNamespaces);
  const queueLabel = createBoundedLabel(mostQueues);
  /** Namespace and queue as labels; both `other` beyond the bound, so that a sum is always complete. */
  const labelsOf = (space: Namespace, queue: Queue) => {
    const isKnown = queueLabel(JSON.stringify([space.name, queue.name])) !== otherValues;
    return isKnown
      ? { job_namespace: space.name, queue: queue.name }
      : { job_namespace: otherValues, queue: otherValues };
  };
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    fill: (gauge: Gauge<Label>, term: ShardTerm) => void,
  ) => {
    const made: Gauge<Label> = new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        made.reset();
        for (const term of terms()) fill(made, term);
      },
    });
  };

  const queueNames = ["job_namespace", "queue"] as const;
  gauge("switchyard_jobs_open", "Open jobs by where they stand.", [...queueNames, "state"], (jobs, term) => {
    for (const { space, queue } of queuesOf(term)) {
      const labels = labelsOf(space, queue);
      for (const [state, count] of Object.entries(queue.counts)) jobs.inc({ ...labels, state }, count);
    }
  });
  const oldestHelp = "Age of the oldest job that could run and waits; of large queues, of those that are next.";
  gauge("switchyard_queue_oldest_wait_seconds", oldestHelp, queueNames, (oldest, term) => {
    const now = term.clock.now();
    for (const { space, queue } of queuesOf(term)) {
      const labels = labelsOf(space, queue);
      // Looking for the age costs time, and the sum of ages would say nothing.
      if (labels.queue === otherValues) continue;
      oldest.set(labels, (oldestReadyMs(space, queue, now) ?? 0) / 1_000);
    }
  });
  const runnersHelp = "Runners that are present, by whether they hold a lease.";
  gauge("switchyard_runners", runnersHelp, ["job_namespace", "state"], (runners, term) => {
    const now = term.clock.now();
    for (const space of term.state.spaces.values()) {
      const job_namespace = namespaceLabel(space.name);
      for (const { presentUntil, held } of space.runners.values())
        if (presentUntil > now) runners.inc({ job_namespace, state: held.size > 0 ? "busy" : "idle" });
    }
  });
  gauge("switchyard_leases_held", "Attempts that are held by runners.", ["job_namespace"], (leases, term) => {
    for (const space of term.state.spaces.values())
      for (const { held } of space.runners.values())
        leases.inc({ job_namespace: namespaceLabel(space.name) }, held.size);
  });
  gauge("switchyard_shard_epoch", "Epoch of the term in force; no series: none is.", ["shard"], (epoch, { term }) => {
    epoch.set({ shard: String(term.shard) }, term.epoch);
  });
  const owned: Gauge = new Gauge({
    name: "switchyard_shards_owned",
    help: "Shards that this replica owns.",
    registers,
    collect: () => owned.set(terms().length),
  });
  const all: Gauge = new Gauge({
    name: "switchyard_shards",
    help: "Shards that there are, whoever owns them.",
    registers,
    collect: () => all.set(shards().length),
  });
}

function* queuesOf(term: ShardTerm) {
  for (const space of term.state.spaces.values())
    for (const queue of space.shapes.queues.values())
      if (queue.open > 0 || queue.name === "default") yield { space, queue };
}
