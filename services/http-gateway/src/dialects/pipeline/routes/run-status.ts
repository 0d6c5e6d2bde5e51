import { CancelMode } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { isFinalState } from "@switchyard/client";
import type { FastifyInstance } from "fastify";
import { itemError } from "../../../core/item-error.js";
import { sendJson } from "../../../http/send-json.js";
import { type PipelineContext, runIdOf } from "../context.js";
import { streamPipelineRun } from "../logs/stream-run.js";
import { namedArtifacts } from "../runs/artifacts.js";
import { postingOf } from "../runs/job-spec.js";
import { pipelineProgressOf } from "../runs/pipeline-progress.js";
import { readPipelineRun, type Run } from "../runs/read-run.js";
import { eventStream, runParams } from "../schemas/common.js";
import { cancelAnswer, pipelineProgress, pipelineRunStatus } from "../schemas/run.js";
import { naiveNow, naiveTime } from "../time-text.js";
import { pipelineStatusOf } from "../vocabulary.js";

/** Reading, following and cancelling a pipeline run. */
export function runStatusRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["pipeline"];
  const { core, config, access } = context;
  const { namespace } = config;

  app.get(
    "/jobs/:run_id/status",
    { schema: { tags, summary: "Tells where a run stands.", params: runParams, response: { 200: pipelineRunStatus } } },
    async (request, reply) => {
      const run = await readPipelineRun(context, runIdOf(request));
      const { state, id, attemptCount } = run.job;
      const artifacts = state === JobState.SUCCEEDED ? await namedArtifacts(context, id, attemptCount) : {};
      const { started_at, updated_at } = timesOf(run);
      const status = pipelineStatusOf(state);
      return sendJson(reply, { ...namesOf(run), status, started_at, updated_at, artifacts });
    },
  );

  app.get(
    "/jobs/:run_id/progress",
    {
      schema: {
        tags,
        summary: "Tells how far a run has come.",
        params: runParams,
        response: { 200: pipelineProgress },
      },
    },
    async (request, reply) => {
      const run = await readPipelineRun(context, runIdOf(request));
      const { state } = run.job;
      const progress = pipelineProgressOf(state, run.attempts.at(-1));
      return sendJson(reply, {
        ...namesOf(run),
        overall_status: pipelineStatusOf(state),
        ...progress,
        ...timesOf(run),
      });
    },
  );

  app.get(
    "/jobs/:run_id/logs",
    {
      schema: {
        tags,
        summary: "Follows a run (server-sent events).",
        params: runParams,
        response: { 200: eventStream },
      },
    },
    async (request, reply) => streamPipelineRun(context, request, reply, runIdOf(request)),
  );

  app.post(
    "/jobs/:run_id/cancel",
    {
      preValidation: access.token,
      schema: { tags, summary: "Cancels a run at once.", params: runParams, response: { 200: cancelAnswer } },
    },
    async (request, reply) => {
      const run = await readPipelineRun(context, runIdOf(request));
      if (isFinalState(run.job.state)) return sendJson(reply, alreadyOver(run));
      const { results } = await core.jobs.cancelJobs({ namespace, jobIds: [run.job.id], mode: CancelMode.IMMEDIATE });
      const refused = results[0] === undefined ? undefined : itemError(results[0]);
      if (refused === undefined) return sendJson(reply, { success: true, message: "Pipeline cancelled" });
      if (refused.reason !== "WRONG_STATE" && refused.reason !== "ALREADY_FINISHED") throw refused;
      // It ended in between.
      return sendJson(reply, alreadyOver(await readPipelineRun(context, run.runId)));
    },
  );
}

function namesOf({ runId, job }: Run) {
  return { run_id: runId, job_id: job.spec === undefined ? "" : postingOf(job.spec) };
}

/** Before a run begins to work it is its acceptance that counts: clients expect a time in every state. */
function timesOf({ job, attempts }: Run) {
  const started = attempts.at(-1)?.startTime ?? job.createTime;
  const updated = job.updateTime ?? started;
  return {
    started_at: started === undefined ? naiveNow() : naiveTime(started),
    updated_at: updated === undefined ? naiveNow() : naiveTime(updated),
  };
}

function alreadyOver({ job }: Run) {
  return { success: false, error: `Run already ${pipelineStatusOf(job.state)}` };
}
