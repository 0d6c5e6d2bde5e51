import type { Duration } from "@bufbuild/protobuf/wkt";
import type { OpenJob } from "../core/model.js";
import { placeOf } from "../core/position.js";
import { aggregate } from "./aggregate.js";
import type { ShardTerm } from "../shard/shard-term.js";

/**
 * Estimates the time until a waiting job starts: what is ahead of it, times the mean execution time of its kind, over the jobs of its queue that run now. Undefined while no job
 * of the kind has ended, or nothing runs.
 */
export async function expectedWait(term: ShardTerm, job: OpenJob): Promise<Duration | undefined> {
  const { space, kind, shape } = job;
  const running = shape.site.queue.counts.claimed + shape.site.queue.counts.started;
  const query = { groups: [], filter: { kinds: [kind], states: ["SUCCEEDED" as const] } };
  const { rows } = await aggregate(term, space, query, { after: undefined, limit: 1 });
  const [sums] = rows;
  if (!sums || sums.timed === 0 || running === 0) return undefined;
  const { position } = placeOf(job, false);
  const seconds = ((position + 1) * (sums.durationMs / 1_000 / sums.timed)) / running;
  const whole = Math.floor(seconds);
  return { $typeName: "google.protobuf.Duration", seconds: BigInt(whole), nanos: Math.floor((seconds - whole) * 1e9) };
}
