import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { metricNames } from "@switchyard/pipeline-model";
import { AggregateBy, type JobAggregate } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { PipelineContext } from "../context.js";

type Core = Pick<PipelineContext, "core" | "config">;

/** The length of a period, in milliseconds. Days begin at midnight UTC. */
const periodMs = { hourly: 3_600_000, daily: 86_400_000 } as const;

/** How costs are summed. */
export type Period = keyof typeof periodMs;

/** Costs in USD over time. */
export interface CostHistory {
  readonly period: Period;
  readonly count: number;
  /** By period, the present one last. */
  readonly costs: readonly number[];
  readonly sparkline_svg: string;
  readonly summary: { readonly total: number; readonly avg: number; readonly max: number; readonly min: number };
}

/** Reads what the last periods cost. */
export async function readCostHistory(context: Core, period: Period, count: number): Promise<CostHistory> {
  const length = periodMs[period];
  const first = (Math.floor(Date.now() / length) - count + 1) * length;
  const costs = new Array<number>(count).fill(0);
  for await (const { key, metrics } of aggregates(context, AggregateBy.HOUR, first)) {
    const place = Math.floor((Date.parse(key[0] ?? "") - first) / length);
    if (place >= 0 && place < count) costs[place] = (costs[place] ?? 0) + (metrics[metricNames.cost] ?? 0);
  }
  const rounded = costs.map(microDollars);
  const total = rounded.reduce((sum, cost) => sum + cost, 0);
  const summary = {
    total: microDollars(total),
    avg: microDollars(total / count),
    max: Math.max(...rounded),
    min: Math.min(...rounded),
  };
  return { period, count, costs: rounded, sparkline_svg: sparkline(rounded), summary };
}

/** What each operation has cost so far, in USD, by the word of the operation. */
export async function readCostByOperation(context: Core): Promise<ReadonlyMap<string, number>> {
  const costs = new Map<string, number>();
  for await (const { key, metrics } of aggregates(context, AggregateBy.KIND, 0)) {
    const cost = metrics[metricNames.cost] ?? 0;
    if (cost > 0) costs.set(key[0] ?? "", microDollars(cost));
  }
  return costs;
}

/** Rounds to millionths of a dollar, which is what single calls cost. */
export function microDollars(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}

/** Draws numbers as a line, the largest at the top. */
export function sparkline(values: readonly number[], width = 120, height = 24): string {
  const most = Math.max(...values, Number.MIN_VALUE);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const points = values.map((value, index) => {
    return `${(index * step).toFixed(1)},${(height - 1 - (value / most) * (height - 2)).toFixed(1)}`;
  });
  const line = `<polyline fill="none" stroke="currentColor" stroke-width="1.5" points="${points.join(" ")}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${line}</svg>`;
}

async function* aggregates(
  { core, config }: Core,
  property: AggregateBy,
  endedAfterMs: number,
): AsyncGenerator<JobAggregate> {
  let pageToken = "";
  do {
    const page = await core.jobs.aggregateJobs({
      namespace: config.namespace,
      groupBy: [property],
      ...(endedAfterMs > 0 ? { endedAfter: timestampFromMs(endedAfterMs) } : {}),
      pageSize: 10_000,
      pageToken,
    });
    yield* page.groups;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}
