import { create } from "@bufbuild/protobuf";
import {
  type JobFilter,
  ListJobsResponseSchema,
  type ListJobsRequest,
  type ListJobsResponse,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { openState } from "../domain/core/core-event.js";
import type { Namespace } from "../domain/core/namespace.js";
import { compareOrder } from "../domain/core/order.js";
import { openInOrder, type OpenSelection } from "../domain/core/position.js";
import type { Place } from "../domain/directory.js";
import { countMatches } from "../domain/reads/count-matches.js";
import { subjectSerials } from "../domain/reads/subject-serials.js";
import type { JobListFilter } from "../store/list-jobs.js";
import { invalid } from "./fields.js";
import { readPage } from "./job-page.js";
import { filterFromProto, filterText } from "./job-filter.js";
import { defined } from "./policy-to-proto.js";
import { decodePlaceToken, encodePlaceToken, type PlaceCursor } from "./place-token.js";

/** Lists open jobs in the order in which they would be claimed, those that run, or wait for something else, at their places among them. */
export async function listInClaimOrder(
  place: Place,
  request: ListJobsRequest,
  pageSize: number,
): Promise<ListJobsResponse> {
  const { filter } = request;
  if (filter && (Object.keys(filter.labels).length > 0 || filter.resumeFrom !== "" || filter.deadLetters))
    throw invalid("filter", "labels, resume_from and dead_letters can't be had in claim order");
  const query = JSON.stringify([request.namespace, filterText(filter), "claim-order"]);
  const after = decodePlaceToken(query, request.pageToken);
  const selected = await selectOpen(place, filter);
  place.term.assertValid();
  const { found, walked } = walk(place.space, selected, {
    after,
    skip: after ? 0 : request.skip,
    limit: pageSize + 1,
    // Only what neither lanes nor counters tell is counted one by one.
    toTheEnd: request.wantTotal && !selected.isCounted,
  });
  const counted = request.wantTotal && selected.isCounted;
  const total = counted ? await countMatches(place.term, place.space, selected.wanted) : walked;
  const serials = found.slice(0, pageSize).map(({ serial }) => serial);
  const { jobs, covered } = await readPage(place, serials, request.view);
  const last = found[covered - 1];
  return create(ListJobsResponseSchema, {
    jobs,
    nextPageToken: last && covered < found.length ? encodePlaceToken(query, last) : "",
    total: request.wantTotal ? BigInt(total) : 0n,
  });
}

type Wanted = JobListFilter;
type Standing = NonNullable<OpenSelection["standings"]>[number];

/** What a list goes through, and what each job of it must be. */
interface Selected {
  readonly wanted: Wanted;
  readonly queue: string;
  /** Where nearly all is asked for: which lists. */
  readonly lists: OpenSelection;
  /** Where some few jobs are asked for: these, in order. */
  readonly slots: readonly number[] | undefined;
  /** How many match is known without a look at each. */
  readonly isCounted: boolean;
}

const openStates = ["BLOCKED", "SCHEDULED", "QUEUED", "RUNNING"] as const;
const standingOf: Readonly<Record<(typeof openStates)[number], Standing>> = {
  BLOCKED: "aside",
  SCHEDULED: "aside",
  QUEUED: "waiting",
  RUNNING: "running",
};

async function selectOpen(place: Place, filter: JobFilter | undefined): Promise<Selected> {
  const { term, space } = place;
  const subject = filter?.subject ?? "";
  const about = subject === "" ? undefined : await subjectSerials(term.pool, space, subject);
  const all = filterFromProto(place, filter);
  const states = openStates.filter((state) => !all.states || all.states.includes(state));
  const wanted: Wanted = { ...all, states };
  const { kinds, serials, started, runner, createdFromMicros, createdBeforeMicros, afterSerial } = wanted;
  const onlyLive = started !== undefined || runner !== undefined;
  const standings = new Set(states.map((state) => standingOf[state]).filter((one) => !onlyLive || one === "running"));
  const queue = filter?.queue ?? "";
  const few = about ?? serials;
  const isBounded = (createdFromMicros ?? createdBeforeMicros ?? afterSerial) !== undefined;
  return {
    wanted,
    queue,
    lists: { ...defined("queue", queue || undefined), ...defined("kinds", kinds), standings: [...standings] },
    slots: few && inOrder(space, few),
    // No state at all would mean every state to whoever counts.
    isCounted: few === undefined && !isBounded && states.length > 0,
  };
}

/** The slots of those jobs that are open, in the order of their places. */
function inOrder(space: Namespace, serials: readonly number[]): number[] {
  const { table } = space;
  const slots = [...new Set(serials)].map((serial) => table.slotOf(serial));
  const isThere = (slot: number) => slot >= 0 && space.at(slot).standing !== undefined;
  return slots.filter(isThere).sort((a, b) => table.compare(a, b));
}

interface Walk {
  readonly after: PlaceCursor | undefined;
  readonly skip: number;
  readonly limit: number;
  readonly toTheEnd: boolean;
}

/** Goes through the places; `walked` is how many matched, the passed over ones included. */
function walk(
  space: Namespace,
  { wanted, queue, lists, slots }: Selected,
  { after, skip, limit, toTheEnd }: Walk,
): { readonly found: PlaceCursor[]; readonly walked: number } {
  const { table } = space;
  const found: PlaceCursor[] = [];
  let walked = 0;
  // Whoever counts begins at the beginning.
  const source = slots ?? openInOrder(space, { ...lists, ...(toTheEnd ? {} : defined("after", after)) });
  for (const slot of source) {
    if (!matches(space, slot, wanted, queue)) continue;
    walked++;
    const { rankClass, rank, serial } = table.placeAt(slot);
    if (walked <= skip || (after && compareOrder({ rankClass, rank, serial }, after) <= 0)) continue;
    if (found.length < limit) found.push({ rankClass, rank, serial });
    if (found.length === limit && !toTheEnd) break;
  }
  return { found, walked };
}

function matches(space: Namespace, slot: number, wanted: Wanted, queue: string): boolean {
  const { table } = space;
  const { createdFromMicros = 0, createdBeforeMicros = Number.POSITIVE_INFINITY, afterSerial = 0 } = wanted;
  const created = table.createdMicros[slot] as number;
  // By its columns first: an object of each of millions would be dear.
  if (created < createdFromMicros || created >= createdBeforeMicros || (table.serial[slot] as number) <= afterSerial)
    return false;
  const { states = [], kinds, serials, started, runner } = wanted;
  const anyState = states.length === openStates.length;
  if (anyState && !kinds && !serials && started === undefined && runner === undefined && queue === "") return true;
  const job = space.at(slot);
  return (
    job.standing !== undefined &&
    states.includes(openState(job)) &&
    (!kinds || kinds.includes(job.kind)) &&
    (!serials || serials.includes(job.serial)) &&
    (started === undefined || (job.live !== undefined && job.live.startedAt > 0 === started)) &&
    (runner === undefined || job.live?.runner.id === runner) &&
    (queue === "" || job.shape.queue === queue)
  );
}
