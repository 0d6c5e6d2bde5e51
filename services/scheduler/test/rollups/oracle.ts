import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Job, JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { AggregateBy } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { repeating, type TestScheduler } from "../setup.js";

/** All that sums are about, of one job. */
export interface Fact {
  readonly queue: string;
  readonly kind: string;
  readonly subject: string;
  readonly runner: string;
  readonly state: JobState;
  readonly code: string;
  readonly hour: string;
  readonly endedMs: number;
  readonly duration: number | undefined;
  readonly wait: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Reads every job of a namespace, whole, and takes from it what sums should say: no roll-up and no SQL of the scheduler's sums is involved. */
export async function readFacts(system: TestScheduler, namespace: string): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (let pageToken = ""; ; ) {
    const page = await repeating(() =>
      system.jobs.listJobs({ namespace, pageSize: 1_000, pageToken, view: JobView.FULL }),
    );
    facts.push(...page.jobs.map(factOf));
    pageToken = page.nextPageToken;
    if (pageToken === "") return facts;
  }
}

function factOf({ spec, state, attempts, endTime, createTime, reopenCount }: Job): Fact {
  const endedMs = endTime ? timestampMs(endTime) : 0;
  const last = attempts.find(({ endTime: end, reopen }) =>
    endTime ? end && timestampMs(end) === endedMs && reopen === reopenCount : !end,
  );
  const started = last?.startTime && endTime ? endedMs - timestampMs(last.startTime) : undefined;
  return {
    ...{ queue: spec?.queue ?? "", kind: spec?.kind ?? "", subject: spec?.subject ?? "", state, endedMs },
    runner: last?.runnerId ?? "",
    code: (endTime && last?.outcome?.labels["code"]) ?? "",
    hour: endTime ? `${new Date(endedMs).toISOString().slice(0, 13)}:00:00Z` : "",
    duration: started === undefined ? undefined : started / 1_000,
    wait: last?.claimTime && createTime ? (timestampMs(last.claimTime) - timestampMs(createTime)) / 1_000 : 0,
    metrics: (endTime && last?.outcome?.metrics) ?? {},
  };
}

const names = {
  [AggregateBy.UNSPECIFIED]: "state",
  [AggregateBy.QUEUE]: "queue",
  [AggregateBy.KIND]: "kind",
  [AggregateBy.SUBJECT]: "subject",
  [AggregateBy.RUNNER]: "runner",
  [AggregateBy.STATE]: "state",
  [AggregateBy.CODE]: "code",
  [AggregateBy.HOUR]: "hour",
} as const;

/** Sums of a group, rounded so that the order of additions does not matter. */
export interface Sum {
  readonly key: string;
  readonly count: number;
  readonly timed: number;
  readonly duration: number;
  readonly wait: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What the sums have to be. */
export function sumUp(facts: readonly Fact[], groupBy: readonly AggregateBy[]): Sum[] {
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const parts = groupBy.map((by) => (by === AggregateBy.STATE ? JobState[fact.state] : String(fact[names[by]])));
    const key = JSON.stringify(parts);
    groups.set(key, [...(groups.get(key) ?? []), fact]);
  }
  return [...groups].map(([key, members]) => {
    const timed = members.filter(({ duration }) => duration !== undefined);
    const metrics: Record<string, number> = {};
    for (const member of members)
      for (const [name, value] of Object.entries(member.metrics)) metrics[name] = (metrics[name] ?? 0) + value;
    return rounded({
      key,
      count: members.length,
      timed: timed.length,
      duration: timed.reduce((sum, { duration }) => sum + (duration ?? 0), 0),
      wait: timed.reduce((sum, { wait }) => sum + wait, 0),
      metrics,
    });
  });
}

/** What the scheduler says, all pages. */
export async function askSums(
  system: TestScheduler,
  request: Parameters<TestScheduler["jobs"]["aggregateJobs"]>[0],
): Promise<Sum[]> {
  const sums: Sum[] = [];
  for (let pageToken = ""; ; ) {
    const page = await repeating(() => system.jobs.aggregateJobs({ ...request, pageToken }));
    for (const { key, count, timedCount, durationSeconds, waitSeconds, metrics } of page.groups)
      sums.push(
        rounded({
          key: JSON.stringify(key),
          count: Number(count),
          timed: Number(timedCount),
          duration: durationSeconds,
          wait: waitSeconds,
          metrics,
        }),
      );
    pageToken = page.nextPageToken;
    if (pageToken === "") return sums;
  }
}

function rounded({ duration, wait, metrics, ...rest }: Sum): Sum {
  const round = (value: number) => Math.round(value * 1e6) / 1e6 + 0;
  // Metrics that were added and taken back leave a zero.
  const left = Object.entries(metrics).filter(([, value]) => round(value) !== 0);
  return {
    ...rest,
    duration: round(duration),
    wait: round(wait),
    metrics: Object.fromEntries(left.map(([name, value]) => [name, round(value)])),
  };
}

/** In the order of the database: by bytes of the elements. */
export function inKeyOrder(sums: readonly Sum[]): Sum[] {
  return [...sums].sort((a, b) => {
    const left = JSON.parse(a.key) as string[];
    const right = JSON.parse(b.key) as string[];
    for (const [i, part] of left.entries()) {
      const order = Buffer.compare(Buffer.from(part), Buffer.from(right[i] ?? ""));
      if (order !== 0) return order;
    }
    return 0;
  });
}
