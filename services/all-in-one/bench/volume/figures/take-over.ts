import { median } from "../../scheduler/measure/median.js";
import type { Row, VolumeContext } from "../figure.js";
import { namespace } from "../fill/vocabulary.js";
import { connect, spawnScheduler, type Starting } from "../scheduler-process.js";

const takeOvers = 3;
const leaseMs = 4_000;

/** The owner of a shard is killed, and another replica that waits takes it: until it answers a user. */
export async function measureTakeOver({ cluster, options, say, release }: VolumeContext): Promise<Row[]> {
  await release();
  const { url, pool } = await cluster.filled({ finished: 0, waiting: options.open });
  const found: { fromLease: number; fromKill: number; loadMs: number; cpuMs: number }[] = [];
  let owner = await replica(url, 0);
  await owner.process.line(/"msg":"listening"/, 300_000);
  try {
    for (let n = 1; n <= takeOvers; n++) {
      const next = await replica(url, n);
      // It has to be there, and to have found the shard taken.
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      owner.process.child.kill("SIGKILL");
      const killedAt = Date.now();
      const { rows } = await pool.query<{ until: number }>(
        "select extract(epoch from lease_until)::float8 * 1000 as until from scheduler.shards where shard = 0",
      );
      const leaseEnd = Number(rows[0]?.until);
      const { loadMs, startCpuMs: cpuMs, ...api } = await connect(next);
      await firstAnswer(() => api.jobs.listJobs({ namespace, pageSize: 1 }, { timeoutMs: 10_000 }));
      const answeredAt = Date.now();
      found.push({ fromLease: answeredAt - leaseEnd, fromKill: answeredAt - killedAt, loadMs, cpuMs });
      say(
        `take-over: ${answeredAt - leaseEnd} ms after the lease, ${answeredAt - killedAt} ms after the kill, load ${loadMs} ms`,
      );
      owner = next;
    }
  } finally {
    await owner.process.end();
  }
  const row = (what: string, of: (one: (typeof found)[number]) => number, bar?: number): Row => ({
    ...{ what: `take-over of ${options.open.toLocaleString("en")} open jobs, ${what}`, unit: "s" },
    value: median(found.map(of)) / 1_000,
    ...(bar !== undefined && { bar }),
    note: found.map((one) => (of(one) / 1_000).toFixed(2)).join(", "),
  });
  return [
    row("from the end of the lease to the first answer", ({ fromLease }) => fromLease, 5),
    row(`from the kill, with a lease of ${leaseMs / 1_000} s`, ({ fromKill }) => fromKill),
    row("the load alone", ({ loadMs }) => loadMs),
    row("processor time of the new owner until then, its wait included", ({ cpuMs }) => cpuMs),
  ];
}

function replica(url: string, n: number): Promise<Starting> {
  return spawnScheduler(url, { SCHEDULER_REPLICA_ID: `replica-${n}`, SCHEDULER_SHARD_LEASE_MS: `${leaseMs}ms` });
}

/** Repeats a call until it is answered. */
async function firstAnswer(call: () => Promise<unknown>): Promise<void> {
  for (const until = performance.now() + 120_000; ; ) {
    try {
      await call();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
