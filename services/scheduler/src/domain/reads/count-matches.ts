import type { AggregateFilter } from "../../store/aggregate-query.js";
import type { JobListFilter } from "../../store/list-jobs.js";
import { openSubjects } from "../../store/open-with-subject.js";
import type { JobState } from "../core/model.js";
import type { Namespace } from "../core/namespace.js";
import { cubeFor, type Dimension } from "../rollups/cubes.js";
import type { ShardTerm } from "../shard/shard-term.js";
import { matchesOpen } from "./aggregate.js";
import { isFinal } from "./final-state.js";
import { countRows } from "./list-serials.js";
import { type OpenCount, openCount, openCounts } from "./open-sums.js";

/**
 * The number of jobs that match a filter. Queue, kinds, states and one of subject and runner are told by roll-ups and memory; whatever else is
 * asked for is counted in the rows.
 */
export async function countMatches(term: ShardTerm, space: Namespace, filter: JobListFilter): Promise<number> {
  const { states, started, shapes, queue, kinds, subject, runner, blocked: _, scheduled: __, ...others } = filter;
  const dimensions = new Set<Dimension>();
  if (subject !== undefined) dimensions.add("subject");
  if (runner !== undefined) dimensions.add("runner");
  const omitted =
    subject !== undefined && [...space.shapes.queues.values()].some((one) => one.settings.omitSubjectAggregates);
  const cube = cubeFor(dimensions);
  if (Object.keys(others).length > 0 || !cube || omitted || (shapes !== undefined && queue === undefined))
    return countRows(term.pool, space, filter);
  const wanted: AggregateFilter = {
    ...(queue !== undefined && { queue }),
    ...(kinds !== undefined && { kinds }),
    ...(subject !== undefined && { subject }),
    ...(runner !== undefined && { runner }),
  };
  const ended = started === undefined ? await countEnded(term, space, cube, wanted, states) : 0;
  return ended + (await countOpen(term, space, wanted, states, started));
}

async function countEnded(
  term: ShardTerm,
  space: Namespace,
  cube: NonNullable<ReturnType<typeof cubeFor>>,
  filter: AggregateFilter,
  states: readonly JobState[] | undefined,
): Promise<number> {
  const ended = states && states.length > 0 ? states.filter(isFinal) : undefined;
  if (ended?.length === 0) return 0;
  const query = {
    ns: space.id,
    buckets: space.buckets.all(),
    cube,
    groups: [],
    filter: { ...filter, ...(ended && { states: ended }) },
  };
  const { rows, unwritten } = await term.rollups.sums(query, { after: undefined, limit: 1 });
  return (rows[0]?.n ?? 0) + unwritten.reduce((sum, { sums }) => sum + sums.n, 0);
}

async function countOpen(
  term: ShardTerm,
  space: Namespace,
  filter: AggregateFilter,
  states: readonly JobState[] | undefined,
  started: boolean | undefined,
): Promise<number> {
  if (states && states.length > 0 && states.every(isFinal)) return 0;
  const count = (all: Iterable<OpenCount>) => {
    let sum = 0;
    for (const one of all) {
      if (states && states.length > 0 && !states.includes(one.state)) continue;
      if (started !== undefined && (one.state !== "RUNNING" || one.started !== started)) continue;
      if (matchesOpen(one, filter)) sum += one.n;
    }
    return sum;
  };
  if (filter.subject === undefined) return count(openCounts(space));
  const subjects = await openSubjects(term.pool, space.id, space.buckets.all(), filter.subject);
  return count(
    subjects.flatMap(({ serial }) => {
      const job = space.job(serial);
      return job?.standing ? [openCount(job)] : [];
    }),
  );
}
