import { timestampNow } from "@bufbuild/protobuf/wkt";
import { type Reason, reasonOf } from "@switchyard/errors";
import { type Lease, type Revocation, Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { giveBack, releaseIfUnread } from "../../../core/release-unread.js";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { durationFromSeconds, timestampText } from "../../../json/timestamp.js";
import { runnerOf } from "../auth/guards.js";
import type { SiloContext } from "../context.js";
import { unauthorized } from "../errors.js";
import { readJobInput } from "../jobs/job-input.js";
import { jobView } from "../jobs/job-view.js";
import { readJob } from "../jobs/read-job.js";
import { claimInfoOf } from "../runners/claim-info.js";
import { factOf } from "../runners/process-facts.js";
import { tagsOf } from "../runners/runner-view.js";
import { nothing } from "../schemas/common.js";
import { claimBody, claimed, claimQuery, heartbeatAnswer, heartbeatBody } from "../schemas/runner.js";

interface HeartbeatBody {
  readonly version?: string;
  readonly hostname?: string;
  readonly running?: readonly string[];
}

/** The calls by which a runner lives: its sign of life, and its claim. */
export function runnerCallRoutes(app: FastifyInstance, context: SiloContext): void {
  const { core, config, guards } = context;
  const { namespace } = config;
  const tags = ["runner"];

  app.post(
    "/api/runner/heartbeat",
    {
      onRequest: guards.runner,
      schema: { tags, summary: "A sign of life.", body: heartbeatBody, response: { 200: heartbeatAnswer } },
    },
    async (request, reply) => {
      const caller = runnerOf(request);
      const { version, hostname, running = [] } = (request.body as JsonDocument).value as HeartbeatBody;
      const { runner, revoked, time } = await core.runners
        .heartbeat({
          namespace,
          runnerId: caller.id,
          runningJobIds: running.map((jobId) => jobId.toLowerCase()),
          version: factOf(version),
          hostname: factOf(hostname),
        })
        .catch(refuseGoneRunner);
      const held = new Set(runner?.held.map(({ jobId }) => jobId));
      return sendJson(reply, {
        status: "ok",
        runner_id: caller.id,
        name: caller.name,
        tags: tagsOf(caller.spec),
        server_time: timestampText(time ?? timestampNow()),
        cancel: jobsToStop(revoked, held),
      });
    },
  );

  app.post(
    "/api/runner/claim",
    {
      onRequest: guards.runner,
      schema: {
        tags,
        summary: "Claims the next job, at once or after a wait.",
        querystring: claimQuery,
        body: claimBody,
        response: { 200: claimed, 204: nothing },
      },
    },
    async (request, reply) => {
      const { wait = 0 } = request.query as { wait?: number };
      const lease = await claim(context, request, reply, wait);
      if (lease === undefined) return reply.code(204).send();
      releaseIfUnread(core, namespace, lease, reply);
      try {
        // In the time of a wait the token may have ended, and with it the runner's right to this job.
        if (wait > 0) await guards.stillRunner(request);
        const job = await readJob(context, lease.jobId);
        const { definition } = readJobInput(job.spec?.input);
        return sendJson(reply, { job: jobView(job), definition: definition?.view ?? null, claim_id: lease.attemptId });
      } catch (error) {
        giveBack(core, namespace, lease, "the answer to the claim could not be made", reply.log);
        throw error;
      }
    },
  );
}

/** The longest that one call to the core is held, in milliseconds: for so long a runner that has gone may still be given a job. */
const longestHoldMs = 5_000;
const claimTimeoutMs = 15_000;

/**
 * Asks for a job for so many seconds, in as many held calls as it takes. None of them is ever cut off, since a lease in its answer
 * would be lost; a job that comes for a runner that has gone meanwhile is given back by `releaseIfUnread`.
 */
async function claim(
  { core, config, stopping }: SiloContext,
  request: FastifyRequest,
  reply: FastifyReply,
  seconds: number,
): Promise<Lease | undefined> {
  const runner = runnerOf(request);
  const claimInfo = claimInfoOf(runner);
  const endMs = performance.now() + seconds * 1000;
  for (;;) {
    const leftMs = Math.max(0, Math.ceil(endMs - performance.now()));
    const holdMs = Math.min(leftMs, longestHoldMs);
    const call = {
      namespace: config.namespace,
      runnerId: runner.id,
      claimInfo,
      wait: durationFromSeconds(holdMs / 1000),
    };
    const { lease } = await core.runners
      .claimJob(call, { timeoutMs: holdMs + claimTimeoutMs })
      .catch((error: unknown) => (nothingNow.has(reasonOf(error)) ? { lease: undefined } : refuseGoneRunner(error)));
    if (lease !== undefined || holdMs === leftMs || reply.raw.destroyed || stopping.aborted) return lease;
  }
}

const nothingNow: ReadonlySet<Reason> = new Set<Reason>(["RUNNER_BUSY", "RUNNER_DRAINING", "QUEUE_PAUSED"]);

/** A runner that was deleted while its call was under way has no token any more. */
function refuseGoneRunner(error: unknown): never {
  const reason = reasonOf(error);
  throw reason === "TOKEN_REVOKED" || reason === "RUNNER_NOT_FOUND" ? unauthorized("the runner was deleted") : error;
}

/** The jobs that a runner should stop: those taken from it in the last minutes, and those that it names without holding them. */
function jobsToStop(revoked: readonly Revocation[], held: ReadonlySet<string>): string[] {
  const over = revoked.filter(({ jobId, reason }) => {
    return reason === Revocation_Reason.CANCEL_REQUESTED || !held.has(jobId);
  });
  return [...new Set(over.map(({ jobId }) => jobId))];
}
