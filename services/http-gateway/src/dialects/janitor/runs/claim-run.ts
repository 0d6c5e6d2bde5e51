import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type Reason, reasonOf } from "@switchyard/errors";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type RunnerProfile, RunnerProfileSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { RegisterRunnerRequest_Mode } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { Core } from "../core-access.js";
import { hostLabel, runQueue } from "../names.js";
import { runnerIdOf } from "../worker/runner-id.js";
import { type Backchannel, claimInfoBytes } from "./claim-info.js";

/** What a worker asks for. */
export interface AssignRequest {
  readonly worker: string | null;
  readonly workerLink: string | null;
  readonly backchannel: Backchannel | null;
  /** Only items of this codebase. */
  readonly codebase: string | null;
  /** Only items of this campaign. */
  readonly campaign: string | null;
}

/** The most that the core lets a runner have; upstream sets no limit. */
const slots = 10_000;

/** Which items fit. */
export function profileOf(
  { codebase, campaign }: Pick<AssignRequest, "codebase" | "campaign">,
  excludedHosts: readonly string[],
): RunnerProfile {
  return create(RunnerProfileSchema, {
    kinds: [{ by: campaign === null ? { case: "glob", value: "*" } : { case: "exact", value: campaign } }],
    queues: [runQueue],
    exclude: excludedHosts.length === 0 ? [] : [{ label: hostLabel, values: [...excludedHosts] }],
    subject: codebase ?? "",
  });
}

const nothingNow: ReadonlySet<Reason> = new Set<Reason>(["RUNNER_BUSY", "RUNNER_DRAINING", "QUEUE_PAUSED"]);

/**
 * Claims the best item that fits; undefined when there is none. A run whose worker can be asked is kept alive by its answers,
 * any other by nothing until it reports.
 */
export async function claimRun(
  core: Core,
  request: AssignRequest,
  excludedHosts: readonly string[],
): Promise<Lease | undefined> {
  const { namespace, runTimeoutMs, silentRunTimeoutMs } = core.config;
  const { worker, workerLink, backchannel } = request;
  const runnerId = runnerIdOf(worker);
  const call = {
    namespace,
    runnerId,
    profile: profileOf(request, excludedHosts),
    lease: durationFromMs(backchannel === null ? silentRunTimeoutMs : runTimeoutMs),
    claimInfo: claimInfoBytes({ worker, workerLink, backchannel }),
  };
  const claim = () =>
    core.core.runners
      .claimJob(call)
      .catch((error: unknown) => (nothingNow.has(reasonOf(error)) ? { lease: undefined } : Promise.reject(error)));
  const { lease } = await claim().catch(async (error: unknown) => {
    if (reasonOf(error) !== "RUNNER_NOT_FOUND") throw error;
    // Whoever asks is known from then on; upstream refuses nobody either.
    await registerWorker(core, runnerId, worker);
    return claim();
  });
  return lease;
}

async function registerWorker(
  { core, config: { namespace } }: Core,
  runnerId: string,
  worker: string | null,
): Promise<void> {
  const spec = { name: worker ?? "", slots, profile: profileOf({ codebase: null, campaign: null }, []) };
  await core.runners.registerRunner({ namespace, mode: RegisterRunnerRequest_Mode.UPSERT, runnerId, spec });
}
