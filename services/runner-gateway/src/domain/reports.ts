import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { type Clock, systemClock } from "@switchyard/clock";
import { type Coalescer, createCoalescer } from "@switchyard/collections";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { type Outcome, Outcome_Kind, type Progress } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type {
  AttemptReportSchema,
  DispatchService,
  ReportResult,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { Activity } from "./activity.js";
import { ReportsUnderWay } from "./reports-under-way.js";
import { runnerKey } from "./runner-record.js";
import type { EndedAttempt, Seals } from "./seals.js";
import { ShardLanes, type ShardFinder } from "./shard-lanes.js";
import { withinMs } from "./within-ms.js";

/** A report of a runner, or of the gateway itself when it gives a lease back. */
export type ReportInit = MessageInitShape<typeof AttemptReportSchema>;

/** Forwards reports of all runners to the scheduler, those of each shard in shared calls. */
export interface Reports {
  /**
   * Reports in the given order and settles with one result for each, in that order. Counts what ended and seals its logs.
   * @param options `untilCounted`: not before every replica shows the counters that changed
   * @throws ConnectError when the scheduler does not answer; the reports may be repeated then
   */
  report(reports: readonly ReportInit[], options?: { readonly untilCounted?: boolean }): Promise<ReportResult[]>;
  /**
   * Settles when the reports under way that end one of a runner's attempts are answered and `onEnded` was told; undefined when
   * there are none. Never rejects.
   */
  ending(namespace: string, runnerId: string, attempts: readonly AttemptRef[]): Promise<unknown> | undefined;
  /** Settles when nothing is under way. */
  idle(): Promise<void>;
}

/** What {@link createReports} needs. */
export interface ReportsDeps {
  readonly scheduler: Client<typeof DispatchService>;
  /** Knows in which shard a namespace lives. */
  readonly shards: ShardFinder;
  readonly seals: Seals;
  readonly activity: Activity;
  /** Makes the files visible that a taken outcome names; rejects when that has to be tried again. */
  readonly commitFiles: (namespace: string, ended: EndedAttempt) => Promise<void>;
  /** Told of the outcomes that the scheduler took, before the reporter is. */
  readonly onEnded: (namespace: string, runnerId: string, ended: readonly EndedAttempt[]) => void;
  /** Told of seals that failed for good. */
  readonly onSealFailed: (error: unknown) => void;
  /** Told of files that could not be made visible yet. */
  readonly onCommitFailed: (error: unknown) => void;
  /** Told of counters that could not be written yet. */
  readonly onCountFailed: (error: unknown) => void;
  /** Deadline of one call. Default 10 s. */
  readonly timeoutMs?: number;
  /** Longest wait of a report's answer for the seal of its logs and for its counters. Default 2 s. */
  readonly sealWaitMs?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Bytes of reports in one call: below the 4 MiB of a message with room for its envelope. */
const maxBatchBytes = 3 * 1024 * 1024;

/**
 * Creates the forwarder.
 *
 * The answer to an outcome waits for the seal of its streams: so "answered" means that every follower sees the end, and
 * a gateway that dies in between leaves a runner without an answer, whose repeated report seals again. No outbox is needed,
 * and the price is one group commit of the log store. The outcome itself is durable before, so a log store that is away may
 * delay the answer by no more than `sealWaitMs`; the seal is then repeated behind the answer's back.
 *
 * Files that an outcome names become visible before it is answered. While that fails, the answer says that the report is to be repeated, though the outcome stands: the repeat makes them visible.
 *
 * Counters wait for their shared write, of one a second. Who reports one attempt at a time may look at its runner next, and meet
 * another replica, so that those answers wait for a write that begins at once.
 */
export function createReports(deps: ReportsDeps): Reports {
  const { scheduler, seals, activity, timeoutMs = 10_000, sealWaitMs = 2_000, clock = systemClock } = deps;
  const underWay = new ReportsUnderWay();
  const lanes = new ShardLanes(deps.shards, () =>
    createCoalescer<ReportInit, ReportResult>({
      clock,
      maxItems: 1_000,
      maxWeight: maxBatchBytes,
      weigh: weightOf,
      flush: async (reports) => (await scheduler.reportAttempts({ reports: [...reports] }, { timeoutMs })).results,
    }),
  );

  /**
   * Tells of outcomes that the scheduler took, all of one runner, and settles when their logs are sealed, and their counters
   * written if that is asked for, or the wait is over.
   */
  async function settle(
    { namespace, runnerId, ended, completed, failed }: Endings,
    untilCounted: boolean,
  ): Promise<void> {
    deps.onEnded(namespace, runnerId, ended);
    let counted: Promise<void> | undefined;
    if (runnerId !== "" && completed + failed > 0) {
      activity.count(namespace, runnerId, { completed, failed });
      if (untilCounted) counted = activity.flush().catch(deps.onCountFailed);
    }
    const sealed = seals.sealEnded(namespace, ended).catch(deps.onSealFailed);
    await withinMs(clock, Promise.all([sealed, counted]), sealWaitMs);
  }

  /** Makes visible what the taken outcomes name. Where that fails the result says that the report is to be repeated. */
  async function showFiles(endings: readonly Endings[], results: ReportResult[]): Promise<void> {
    const commits = endings.flatMap(({ namespace, ended }) =>
      ended.filter(hasFiles).map(async (attempt) => {
        try {
          await deps.commitFiles(namespace, attempt);
        } catch (error) {
          deps.onCommitFailed(error);
          const message = "the outcome is taken, its files are not visible yet: repeat it";
          const result = results[attempt.place] as ReportResult;
          results[attempt.place] = { ...result, reason: ErrorReason.STORAGE_UNAVAILABLE, message };
        }
      }),
    );
    await Promise.all(commits);
  }

  return {
    async report(reports, { untilCounted = false } = {}) {
      const answered = underWay.begin(reports);
      let settling: Promise<unknown>[];
      let results: ReportResult[];
      try {
        results = await sendAll(lanes, reports);
        const all = endingsOf(reports, results);
        settling = [...all.map((endings) => settle(endings, untilCounted)), showFiles(all, results)];
      } finally {
        answered();
      }
      await Promise.all(settling);
      return results;
    },
    ending: (namespace, runnerId, attempts) => underWay.ending(namespace, runnerId, attempts),
    async idle() {
      await Promise.all([...lanes.all()].map((lane) => lane.idle()));
    },
  };
}

/** Sends reports, each with others of its shard; results in order. A caller's reports are nearly always of one namespace. */
async function sendAll(
  lanes: ShardLanes<Coalescer<ReportInit, ReportResult>>,
  reports: readonly ReportInit[],
): Promise<ReportResult[]> {
  const { namespace: first = "" } = reports[0] ?? {};
  if (reports.every(({ namespace = "" }) => namespace === first)) {
    const lane = lanes.of(first);
    return lane instanceof Promise ? (await lane).addAll(reports) : lane.addAll(reports);
  }
  const byNamespace = new Map<string, number[]>();
  for (const [place, { namespace = "" }] of reports.entries()) {
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), place]);
  }
  const results: ReportResult[] = new Array(reports.length);
  const sendings = [...byNamespace].map(async ([namespace, places]) => {
    const lane = await lanes.of(namespace);
    const own = await lane.addAll(places.map((place) => reports[place] as ReportInit));
    for (const [i, place] of places.entries()) results[place] = own[i] as ReportResult;
  });
  await Promise.all(sendings);
  return results;
}

/** An attempt that was ended by the report at a place. */
interface PlacedEnd extends EndedAttempt {
  readonly place: number;
}

/** A caller in this process may have left the field out. */
function hasFiles({ outcome }: PlacedEnd): boolean {
  return ((outcome.artifacts as string[] | undefined)?.length ?? 0) > 0;
}

/** What the reports of one runner have ended. */
interface Endings {
  readonly namespace: string;
  readonly runnerId: string;
  readonly ended: PlacedEnd[];
  /** Outcomes that count; repeated ones were counted before. */
  completed: number;
  failed: number;
}

/** The outcomes that were taken, by runner. */
function endingsOf(reports: readonly ReportInit[], results: readonly ReportResult[]): Endings[] {
  const all = new Map<string, Endings>();
  let last: Endings | undefined;
  for (let i = 0; i < reports.length; i++) {
    const { namespace = "", runnerId = "", attempt, report } = reports[i] as ReportInit;
    const { reason, attempt: number, repeatedReport } = results[i] as ReportResult;
    if (report?.case !== "outcome" || reason !== ErrorReason.UNSPECIFIED) continue;
    if (last?.namespace !== namespace || last.runnerId !== runnerId) {
      const key = runnerKey(namespace, runnerId);
      last = all.get(key) ?? { namespace, runnerId, ended: [], completed: 0, failed: 0 };
      all.set(key, last);
    }
    const outcome = report.value as Outcome;
    last.ended.push({ jobId: attempt?.jobId ?? "", attempt: number, outcome, place: i });
    if (repeatedReport) continue;
    if (outcome.kind === Outcome_Kind.SUCCEEDED) last.completed++;
    else if (outcome.kind === Outcome_Kind.FAILED) last.failed++;
  }
  return [...all.values()];
}

/** Bytes of the parts that may be large; names and numbers are covered by a flat rate. */
function weightOf({ report }: ReportInit): number {
  const flat = 1_024;
  if (report?.case === "progress") {
    const { detail, steps, message } = { ...(report.value.progress as Progress | undefined) };
    return flat + (detail?.length ?? 0) + (steps?.length ?? 0) * 512 + (message?.length ?? 0) * 3;
  }
  if (report?.case !== "outcome") return flat;
  const { result, message, labels, streams } = report.value as Outcome;
  let text = message.length;
  for (const name in labels) text += name.length + (labels[name]?.length ?? 0);
  return flat + text * 3 + (result?.data.length ?? 0) + streams.length * 64;
}
