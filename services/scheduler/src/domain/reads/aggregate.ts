import { aggregateRows } from "../../store/aggregate-rows.js";
import { type AggregateFilter, type GroupPage, type GroupRow, hourMs } from "../../store/aggregate-query.js";
import { openSubjects } from "../../store/open-with-subject.js";
import type { JobState } from "../core/model.js";
import type { Namespace } from "../core/namespace.js";
import { type Cube, cubeFor, type Dimension } from "../rollups/cubes.js";
import { Groups } from "../rollups/groups.js";
import { noSums } from "../rollups/sums.js";
import type { ShardTerm } from "../shard/shard-term.js";
import { isFinal } from "./final-state.js";
import { type OpenCount, openCount, openCounts } from "./open-sums.js";

/** Which jobs are summed up, in which groups. */
export interface AggregateQuery {
  readonly groups: readonly Dimension[];
  readonly filter: Omit<AggregateFilter, "states" | "endedBeforeMs"> & { readonly states?: readonly JobState[] };
}

/** A page of sums, and the key behind which the next one begins. */
export interface AggregatePage {
  readonly rows: readonly GroupRow[];
  readonly next?: readonly string[];
}

/**
 * Counts and sums jobs by group: those that have ended from the roll-ups, open ones in memory. Rows are counted for what roll-ups don't keep: two of
 * subject, runner and hour together, and the begun hour in which a time span begins.
 */
export async function aggregate(
  term: ShardTerm,
  space: Namespace,
  query: AggregateQuery,
  page: GroupPage,
): Promise<AggregatePage> {
  const groups = new Groups();
  const { filter } = query;
  const question = { term, space, by: query.groups, page, groups };
  const ended = filter.states?.filter(isFinal);
  const more = ended?.length === 0 ? false : await addEnded(question, filter, ended);
  const open = filter.states?.filter((state) => !isFinal(state));
  // What is open has not ended after anything.
  if (open?.length !== 0 && filter.endedFromMs === undefined) await addOpen(question, filter, open);
  return groups.page(page, more);
}

/** Who is asked, and where the sums of all sources come together. */
interface Question {
  readonly term: ShardTerm;
  readonly space: Namespace;
  readonly by: readonly Dimension[];
  readonly page: GroupPage;
  readonly groups: Groups;
}

/** Adds sums of ended jobs; tells whether there are more groups behind the page. */
async function addEnded(
  question: Question,
  filter: AggregateQuery["filter"],
  states: readonly string[] | undefined,
): Promise<boolean> {
  const wanted: AggregateFilter = { ...filter, ...(states && { states }) };
  const { endedFromMs } = wanted;
  const cube = cubeFor(dimensionsOf(question.by, wanted));
  if (!cube) return addRows(question, wanted);
  if (endedFromMs === undefined || endedFromMs % hourMs === 0) return addSums(question, cube, wanted);
  const wholeFrom = Math.ceil(endedFromMs / hourMs) * hourMs;
  const begun = await addRows(question, { ...wanted, endedBeforeMs: wholeFrom });
  const whole = await addSums(question, cube, { ...wanted, endedFromMs: wholeFrom });
  return begun || whole;
}

async function addSums(
  { term, space, by, page, groups }: Question,
  cube: Cube,
  filter: AggregateFilter,
): Promise<boolean> {
  const query = { ns: space.id, buckets: space.buckets.all(), cube, groups: by, filter };
  const { rows, unwritten, more } = await term.rollups.sums(query, page);
  for (const row of rows) groups.addRow(row);
  for (const { key, sums } of unwritten) groups.add(key, sums);
  return more;
}

async function addRows({ term, space, by, page, groups }: Question, filter: AggregateFilter): Promise<boolean> {
  const rows = await aggregateRows(term.pool, space.id, space.buckets.all(), by, filter, page);
  for (const row of rows) groups.addRow(row);
  return rows.length === page.limit;
}

async function addOpen(
  { term, space, by, groups }: Question,
  filter: AggregateQuery["filter"],
  states: readonly JobState[] | undefined,
): Promise<void> {
  const add = (count: OpenCount, subject: string) => {
    const { queue, kind, runner, state, n } = count;
    if (states && !states.includes(state)) return;
    if (!matchesOpen(count, filter)) return;
    const properties = { queue, kind, runner, state, subject, code: "", hour: "" };
    groups.add(
      by.map((dimension) => properties[dimension]),
      { ...noSums(), n },
    );
  };
  if (!by.includes("subject") && filter.subject === undefined) {
    for (const count of openCounts(space)) add(count, "");
    return;
  }
  // Subjects are not in memory: the rows of the open jobs say them.
  const subjects = await openSubjects(term.pool, space.id, space.buckets.all(), filter.subject);
  for (const { serial, subject } of subjects) {
    const job = space.job(serial);
    if (!job?.standing) continue;
    const kept = job.shape.site.queue.settings.omitSubjectAggregates ? "" : subject;
    if (filter.subject === undefined || filter.subject === kept) add(openCount(job), kept);
  }
}

/** Whether open jobs are meant, by everything but their subject and state. */
export function matchesOpen({ queue, kind, runner }: OpenCount, filter: AggregateFilter): boolean {
  return (
    (filter.queue === undefined || queue === filter.queue) &&
    (filter.kinds === undefined || filter.kinds.includes(kind)) &&
    (filter.runner === undefined || runner === filter.runner)
  );
}

function dimensionsOf(by: readonly Dimension[], filter: AggregateFilter): Set<Dimension> {
  const dimensions = new Set(by);
  if (filter.subject !== undefined) dimensions.add("subject");
  if (filter.runner !== undefined) dimensions.add("runner");
  if (filter.endedFromMs !== undefined) dimensions.add("hour");
  return dimensions;
}
