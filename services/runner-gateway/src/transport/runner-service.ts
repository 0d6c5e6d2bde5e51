import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import type { Clock } from "@switchyard/clock";
import {
  RegisterRunnerRequest_Mode,
  RunnerMode,
  RunnerService,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { Outcome_Kind, OutcomeSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { receiveUpload } from "@switchyard/service-kit";
import { route, type ServiceRoute, whenAborted } from "@switchyard/rpc";
import type { RunnerLogs } from "../domain/append-log.js";
import type { createClaimJob } from "../domain/claim-job.js";
import type { Fleet } from "../domain/fleet.js";
import type { RunnerArtifacts } from "../domain/artifacts.js";
import type { createHeartbeat } from "../domain/heartbeat.js";
import type { createRegisterRunner } from "../domain/register-runner.js";
import type { Reports } from "../domain/reports.js";
import type { SignsOfLife } from "../domain/signs-of-life.js";
import type { createSyncRunner } from "../domain/sync/sync-runner.js";
import {
  checkAppendLog,
  checkAttemptArtifact,
  checkClaimJob,
  checkHeartbeat,
  checkRegisterRunner,
  checkReplaceLogText,
  checkReportAttempts,
  checkSyncRunner,
} from "./check-runner-requests.js";
import { checkSingleOutcome, reportSingle } from "./report-calls.js";
import { ownTokenOf, requireSpeaker } from "./runner-principal.js";
import { runnerToProto } from "./runner-to-proto.js";
import { specToRegistration } from "./spec-mapping.js";

/** What {@link createRunnerRoute} needs: the use-cases. */
export interface RunnerRouteDeps {
  readonly register: ReturnType<typeof createRegisterRunner>;
  readonly sync: ReturnType<typeof createSyncRunner>;
  readonly claim: ReturnType<typeof createClaimJob>;
  readonly heartbeat: ReturnType<typeof createHeartbeat>;
  readonly reports: Reports;
  readonly logs: RunnerLogs;
  readonly artifacts: RunnerArtifacts;
  readonly fleet: Fleet;
  readonly signs: SignsOfLife;
  readonly clock: Clock;
}

const registrationModes = {
  [RegisterRunnerRequest_Mode.UNSPECIFIED]: "new",
  [RegisterRunnerRequest_Mode.NEW]: "new",
  [RegisterRunnerRequest_Mode.UPSERT]: "upsert",
  [RegisterRunnerRequest_Mode.NAME_UNIQUE]: "nameUnique",
} as const;

const runnerModes = {
  [RunnerMode.UNSPECIFIED]: undefined,
  [RunnerMode.ACCEPTING]: "accepting",
  [RunnerMode.PAUSED]: "paused",
  [RunnerMode.LEAVING]: "leaving",
} as const;

/** Serves `RunnerService`: checks, who speaks, sign of life, use-case. */
export function createRunnerRoute(deps: RunnerRouteDeps): ServiceRoute {
  const { reports, logs, artifacts, fleet, signs, clock } = deps;

  /** With a runner's own token the runner need not say who it is. A revoked runner is refused, whatever it calls. */
  async function speakerOf(
    context: HandlerContext,
    { namespace, runnerId }: { readonly namespace: string; readonly runnerId: string },
  ): Promise<string> {
    requireSpeaker(context, namespace, runnerId);
    const speaker = runnerId === "" ? (ownTokenOf(context)?.id ?? "") : runnerId;
    await signs.note(namespace, speaker);
    return speaker;
  }

  return route(RunnerService, {
    async registerRunner(request, context) {
      checkRegisterRunner(request);
      const own = ownTokenOf(context);
      requireSpeaker(context, request.namespace, own === undefined ? request.runnerId : request.runnerId || "-");
      const { runnerId, releaseHeld, issueToken, tokenPrefix } = request;
      const registration = specToRegistration(request.namespace, request.spec);
      const mode = registrationModes[request.mode];
      const { row, token, created } = await deps.register({
        ...registration,
        mode,
        id: runnerId,
        releaseHeld,
        issueToken,
        tokenPrefix,
      });
      return { runner: runnerToProto(await fleet.view(row)), created, token: token ?? "" };
    },
    syncRunner(request, context) {
      checkSyncRunner(request);
      requireSpeaker(context, request.namespace, request.runnerId);
      const tokenDigest = ownTokenOf(context)?.digest;
      const whenGone = (listener: (reason: unknown) => void) => whenAborted(context, listener);
      return deps.sync(request, { whenGone, timeoutMs: context.timeoutMs(), tokenDigest });
    },
    async reportAttempts(request, context) {
      checkReportAttempts(request);
      const runnerId = await speakerOf(context, request);
      const { namespace } = request;
      return { results: await reports.report(request.reports.map((report) => ({ ...report, namespace, runnerId }))) };
    },
    async appendLog(request, context) {
      checkAppendLog(request);
      const runnerId = await speakerOf(context, request);
      return { results: await logs.append({ ...request, runnerId }) };
    },
    uploadArtifact: (requests, context) =>
      receiveUpload(requests, async (facts, pieces) => {
        checkAttemptArtifact(facts);
        const runnerId = await speakerOf(context, facts);
        return artifacts.upload({ ...facts, runnerId }, pieces, context.signal);
      }),
    async replaceLogText(request, context) {
      checkReplaceLogText(request);
      const runnerId = await speakerOf(context, request);
      return logs.replaceText({ ...request, runnerId });
    },
    async claimJob(request, context) {
      checkClaimJob(request);
      requireSpeaker(context, request.namespace, request.runnerId);
      signs.touch(request.namespace, request.runnerId);
      const lease = await deps.claim(request, context.signal);
      return lease === undefined ? {} : { lease };
    },
    async heartbeat(request, context) {
      checkHeartbeat(request);
      requireSpeaker(context, request.namespace, request.runnerId);
      signs.touch(request.namespace, request.runnerId);
      const { runner, revoked } = await deps.heartbeat({ ...request, mode: runnerModes[request.mode] });
      return { runner: runnerToProto(runner), revoked: [...revoked], time: timestampFromMs(clock.wallMs()) };
    },
    async completeJob(request, context) {
      checkSingleOutcome(request);
      const runnerId = await speakerOf(context, request);
      const result = await reportSingle(reports, { ...request, runnerId }, Outcome_Kind.SUCCEEDED, JobView.PAYLOADS);
      const { repeatedReport } = result;
      return { repeatedReport, ...(result.job === undefined ? {} : { job: result.job }) };
    },
    async failJob(request, context) {
      checkSingleOutcome(request);
      const runnerId = await speakerOf(context, request);
      const result = await reportSingle(reports, { ...request, runnerId }, Outcome_Kind.FAILED, JobView.PAYLOADS);
      const { repeatedReport, requeued } = result;
      return { repeatedReport, requeued, ...(result.job === undefined ? {} : { job: result.job }) };
    },
    async releaseJob(request, context) {
      const { message, toFront } = request;
      const ended = { ...request, outcome: create(OutcomeSchema, { message, toFront }) };
      checkSingleOutcome(ended);
      const runnerId = await speakerOf(context, request);
      const { job } = await reportSingle(reports, { ...ended, runnerId }, Outcome_Kind.RELEASED, JobView.BASIC);
      return job === undefined ? {} : { job };
    },
  });
}
