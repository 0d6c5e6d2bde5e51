import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { AggregateBy, type JobAggregate } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Core } from "../core-access.js";
import { fewAtATime } from "../few-at-a-time.js";
import { runQueue } from "../names.js";
import { type PairHistory, type RunSums, RunTallies } from "./run-tallies.js";

export type { PairHistory } from "./run-tallies.js";

/** A codebase in a campaign. */
export interface Pair {
  readonly codebase: string;
  readonly campaign: string;
}

/** Codebases that are asked about one by one; for more of them it costs less to read the sums of all. */
const mostSingleCalls = 200;

const callsAtOnce = 16;

/** Runs that are over. */
const states = [JobState.SUCCEEDED, JobState.FAILED, JobState.TIMED_OUT, JobState.CANCELLED];

/** Reads what the past tells about pairs, in their order, from the core's sums: no run is counted for it. */
export async function historyOf(core: Core, pairs: readonly Pair[]): Promise<PairHistory[]> {
  const tallies = new RunTallies();
  const codebases = [...new Set(pairs.map(({ codebase }) => codebase))];
  if (codebases.length > mostSingleCalls) await addEverything(core, tallies);
  else {
    await fewAtATime(codebases, callsAtOnce, (codebase) => addCodebase(core, tallies, codebase));
    const unknown = pairs.filter(({ codebase }) => !tallies.knowsCodebase(codebase));
    const campaigns = [...new Set(unknown.map(({ campaign }) => campaign))];
    await fewAtATime(campaigns, callsAtOnce, (campaign) => addCampaign(core, tallies, campaign));
  }
  return pairs.map(({ codebase, campaign }) => tallies.historyOf(codebase, campaign));
}

async function addEverything(core: Core, tallies: RunTallies): Promise<void> {
  const groupBy = [AggregateBy.KIND, AggregateBy.SUBJECT, AggregateBy.CODE];
  for await (const group of aggregates(core, { groupBy })) {
    const [campaign = "", codebase = "", code = ""] = group.key;
    tallies.addOfCodebase(codebase, campaign, code, sumsOf(group));
    tallies.addOfCampaign(campaign, code, sumsOf(group));
  }
}

async function addCodebase(core: Core, tallies: RunTallies, codebase: string): Promise<void> {
  const groupBy = [AggregateBy.KIND, AggregateBy.CODE];
  for await (const group of aggregates(core, { groupBy, subject: codebase })) {
    const [campaign = "", code = ""] = group.key;
    tallies.addOfCodebase(codebase, campaign, code, sumsOf(group));
  }
}

async function addCampaign(core: Core, tallies: RunTallies, campaign: string): Promise<void> {
  for await (const group of aggregates(core, { groupBy: [AggregateBy.CODE], kind: campaign }))
    tallies.addOfCampaign(campaign, group.key[0] ?? "", sumsOf(group));
}

async function* aggregates(
  { core, config: { namespace } }: Core,
  question: { readonly groupBy: AggregateBy[]; readonly subject?: string; readonly kind?: string },
): AsyncGenerator<JobAggregate, undefined> {
  let pageToken = "";
  do {
    const request = { ...question, namespace, queue: runQueue, states, pageSize: 10_000, pageToken };
    const page = await core.jobs.aggregateJobs(request);
    yield* page.groups;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return undefined;
}

function sumsOf({ count, timedCount, durationSeconds }: JobAggregate): RunSums {
  return { runs: Number(count), timed: Number(timedCount), seconds: durationSeconds };
}
