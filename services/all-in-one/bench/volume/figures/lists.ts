import { setTimeout as sleep } from "node:timers/promises";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Pool } from "@switchyard/postgres";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { type ListJobsRequestSchema, ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { firstSerial } from "../database.js";
import type { Row, VolumeContext } from "../figure.js";
import type { SchedulerApi } from "../fill/patterns.js";
import { factsOf, kinds, namespace, runners } from "../fill/vocabulary.js";
import { Samples } from "../measure/samples.js";

const samples = 100;
/** Pages of each form before any is measured: a scheduler that has just started compiles what it runs. */
const warmUps = 15;
const pageSize = 100;
const barMs = 50;
/** In this time a scheduler begins to note blocks and gets on with it. */
const noteMs = 15_000;
/** A form that takes this long is not asked again and again. */
const patienceMs = 20_000;

type Request = MessageInitShape<typeof ListJobsRequestSchema>;
/** A list as users ask for it; `n` counts the samples, so that each may ask for something else. */
type Form = (n: number) => Request;

const { QUEUED, RUNNING, SUCCEEDED, FAILED } = JobState;
const { NEWEST, OLDEST, CLAIM_ORDER, END_TIME_DESC, END_TIME_ASC } = ListOrder;
const { START_TIME_DESC, START_TIME_ASC, UPDATE_TIME_DESC, UPDATE_TIME_ASC } = ListOrder;
const dayMs = 86_400_000;

/**
 * Every form of a list. The processor time of a page, of the scheduler and of PostgreSQL, tells what it costs however busy the machine is, and how long it can hold up
 * the scheduler at most.
 */
export async function measureLists(context: VolumeContext): Promise<Row[]> {
  const { cluster, options, say, scheduler } = context;
  const api = await scheduler();
  await blocksNoted((await cluster.filled(options)).pool, say);
  const rows: Row[] = [];
  const forms = await formsOf(api, options.finished + options.waiting, options.waiting);
  for (const form of Object.values(forms)) await measureForm(api, form, samples, samples + warmUps);
  say(`warmed up with ${warmUps} pages of each form`);
  for (const [name, form] of Object.entries(forms)) {
    const before = [await api.cpuMs(), await cluster.cpuMs()] as const;
    const times = await measureForm(api, form, 0, samples);
    const after = [await api.cpuMs(), await cluster.cpuMs()] as const;
    const [own, postgres] = after.map((ms, i) => ((ms - (before[i] ?? 0)) / times.values.length).toFixed(1));
    const row: Row = {
      ...{ what: `list: ${name}, p95`, value: times.quantile(0.95), unit: "ms", bar: barMs },
      note: `first ${times.values[0]?.toFixed(1)}, p50 ${times.quantile(0.5).toFixed(1)}; processor ${own} + PostgreSQL ${postgres}`,
    };
    say(`${row.what}: ${row.value.toFixed(1)} (${row.note})`);
    rows.push(row);
  }
  return rows;
}

/** The scheduler notes in the background which queues and kinds there are among the numbers that were filled in; lists by these are measured behind that. */
async function blocksNoted(pool: Pool, say: (text: string) => void): Promise<void> {
  for (let before = -1; ; ) {
    const { rows } = await pool.query<{ upto: number }>("select max(blocks_upto) as upto from scheduler.namespaces");
    const upTo = Number(rows[0]?.upto);
    if (upTo > 0 && upTo === before) return;
    say(`blocks are noted up to ${upTo}`);
    before = upTo;
    await sleep(noteMs);
  }
}

async function measureForm({ jobs }: SchedulerApi, form: Form, from: number, to: number): Promise<Samples> {
  const times = new Samples();
  const until = performance.now() + patienceMs;
  const list = (n: number) => jobs.listJobs({ namespace, pageSize, ...form(n) }, { timeoutMs: 5 * patienceMs });
  for (let n = from; n < to && performance.now() < until; n++) {
    const begunAt = performance.now();
    // One that gives up counts as long as it was waited for.
    await times.time(() => list(n)).catch(() => times.values.push(performance.now() - begunAt));
  }
  return times;
}

async function formsOf(
  { jobs }: SchedulerApi,
  total: number,
  waiting: number,
): Promise<Readonly<Record<string, Form>>> {
  /** Spread over all; a page that warms up lies beside those that are measured. */
  const somewhere = (n: number) =>
    firstSerial + Math.floor((total * ((n % samples) + (n < samples ? 0.5 : 0))) / samples);
  const subject = (n: number) => factsOf.subject.of(somewhere(n));
  const kind = (n: number) => kinds[n % (kinds.length - 1)]?.name ?? "";
  const rare = kinds.at(-1)?.name ?? "";
  const middle = timestampFromMs(Date.now() - 5 * dayMs);
  /** The token of the page behind so many jobs. */
  const tokenAt = async (request: Request, skip: number) => {
    const page = await jobs.listJobs({ namespace, ...request, skip, pageSize: 1 }, { timeoutMs: 300_000 });
    return page.nextPageToken;
  };
  const claimMiddle = await tokenAt({ orderBy: CLAIM_ORDER }, Math.floor(waiting / 2));
  const claimEnd = await tokenAt({ orderBy: CLAIM_ORDER }, Math.max(0, waiting - pageSize));
  return {
    "newest first": () => ({ orderBy: NEWEST }),
    "oldest first": () => ({ orderBy: OLDEST }),
    "newest first, from the middle": (n) => ({
      orderBy: NEWEST,
      filter: { createdBefore: timestampFromMs(Date.now() - 5 * dayMs - n * 60_000) },
    }),
    "behind a number": (n) => ({ orderBy: OLDEST, filter: { afterSerial: BigInt(somewhere(n)) } }),
    "newest first, 1,000 passed over": () => ({ orderBy: NEWEST, skip: 1_000 }),
    "newest first, with the total": () => ({ orderBy: NEWEST, wantTotal: true }),
    "a large queue": () => ({ filter: { queue: "bulk" } }),
    "a large queue, with the total": () => ({ filter: { queue: "bulk" }, wantTotal: true }),
    "a small queue": () => ({ filter: { queue: "rare" } }),
    "a small queue, oldest first": () => ({ filter: { queue: "rare" }, orderBy: OLDEST }),
    "a queue that nobody has": () => ({ filter: { queue: "none" } }),
    "a common kind": (n) => ({ filter: { kinds: [kind(n)] } }),
    "a rare kind": () => ({ filter: { kinds: [rare] } }),
    "a kind that nobody has": () => ({ filter: { kinds: ["volume.none"] } }),
    "a subject": (n) => ({ filter: { subject: subject(n) } }),
    "a subject, with the total": (n) => ({ filter: { subject: subject(n) }, wantTotal: true }),
    queued: () => ({ filter: { states: [QUEUED] } }),
    "queued, oldest first": () => ({ filter: { states: [QUEUED] }, orderBy: OLDEST }),
    "queued, with the total": () => ({ filter: { states: [QUEUED] }, wantTotal: true }),
    "queued, from the middle": () => ({ filter: { states: [QUEUED], createdBefore: middle } }),
    "queued in a large queue": () => ({ filter: { states: [QUEUED], queue: "bulk" } }),
    "queued in a small queue": () => ({ filter: { states: [QUEUED], queue: "rare" } }),
    running: () => ({ filter: { states: [RUNNING] } }),
    succeeded: () => ({ filter: { states: [SUCCEEDED] } }),
    "succeeded in a small queue": () => ({ filter: { states: [SUCCEEDED], queue: "rare" } }),
    failed: () => ({ filter: { states: [FAILED] } }),
    "failed in a small queue": () => ({ filter: { states: [FAILED], queue: "rare" } }),
    "failed of a common kind": (n) => ({ filter: { states: [FAILED], kinds: [kind(n)] } }),
    "a runner's": (n) => ({ filter: { runnerId: `runner-${n % runners}` } }),
    "a label that all have": () => ({ filter: { labels: { tier: "standard" } } }),
    "a label of a subject": (n) => ({ filter: { subject: subject(n), labels: { tier: "standard" } } }),
    "last end first": () => ({ orderBy: END_TIME_DESC }),
    "last end first, of those that ended": () => ({ orderBy: END_TIME_DESC, filter: { states: [SUCCEEDED, FAILED] } }),
    "last end first, in a queue": () => ({ orderBy: END_TIME_DESC, filter: { states: [FAILED], queue: "web" } }),
    "first end first": () => ({ orderBy: END_TIME_ASC, filter: { states: [SUCCEEDED] } }),
    "last start first, of a subject": (n) => ({ orderBy: START_TIME_DESC, filter: { subject: subject(n) } }),
    "last change first, of a subject": (n) => ({ orderBy: UPDATE_TIME_DESC, filter: { subject: subject(n) } }),
    "in claim order": () => ({ orderBy: CLAIM_ORDER }),
    "in claim order, from the middle": () => ({ orderBy: CLAIM_ORDER, pageToken: claimMiddle }),
    "in claim order, the last page": () => ({ orderBy: CLAIM_ORDER, pageToken: claimEnd }),
    "in claim order, with the total": () => ({ orderBy: CLAIM_ORDER, wantTotal: true }),
    "in claim order, a queue": () => ({ orderBy: CLAIM_ORDER, filter: { queue: "web" } }),
    "in claim order, a rare kind": () => ({ orderBy: CLAIM_ORDER, filter: { kinds: [rare] } }),
    "in claim order, a subject": (n) => ({ orderBy: CLAIM_ORDER, filter: { subject: subject(n) } }),
    "last change first": () => ({ orderBy: UPDATE_TIME_DESC }),
    "last change first, failed": () => ({ orderBy: UPDATE_TIME_DESC, filter: { states: [FAILED] } }),
    "last change first, a common kind": (n) => ({ orderBy: UPDATE_TIME_DESC, filter: { kinds: [kind(n)] } }),
    "last change first, queued": () => ({ orderBy: UPDATE_TIME_DESC, filter: { states: [QUEUED] } }),
    "first change first": () => ({ orderBy: UPDATE_TIME_ASC }),
    "last start first": () => ({ orderBy: START_TIME_DESC }),
    "first start first": () => ({ orderBy: START_TIME_ASC }),
  };
}
