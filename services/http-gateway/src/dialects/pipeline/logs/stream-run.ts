import type { FastifyReply, FastifyRequest } from "fastify";
import { sendEvents } from "../../../http/event-stream.js";
import type { PipelineContext } from "../context.js";
import { notFound } from "../errors.js";
import { readRunId } from "../runs/run-id.js";
import { type Run, readPipelineRun, readRun } from "../runs/read-run.js";
import { resultView } from "../runs/result-view.js";
import { operationStatusOf, pipelineStatusOf } from "../vocabulary.js";
import { followRun, type RunStory } from "./follow-run.js";
import { countLines } from "./run-lines.js";

/**
 * Answers with the run of an operation as it goes on: lines, layers, result, end.
 *
 * @param detail what is said about a run that does not exist
 * @throws PipelineError 404
 */
export async function streamRun(
  context: PipelineContext,
  request: FastifyRequest,
  reply: FastifyReply,
  runId: string,
  detail: string,
): Promise<FastifyReply> {
  if (readRunId(runId)?.form !== "operation") throw notFound(detail);
  const run = await readRun(context, runId, detail);
  const kind = run.job.spec?.kind ?? "";
  return send(context, reply, run, {
    from: nextOf(request) ?? 0,
    withLayers: true,
    endOf: ({ state }) => operationStatusOf(state),
    resultOf: ({ result, error }) => (result === undefined ? undefined : resultView(kind, runId, result, error)),
  });
}

/**
 * Answers with a pipeline run as it goes on: its lines, of those that are there already the last ones, and its end.
 *
 * @throws PipelineError 404
 */
export async function streamPipelineRun(
  context: PipelineContext,
  request: FastifyRequest,
  reply: FastifyReply,
  runId: string,
): Promise<FastifyReply> {
  const run = await readPipelineRun(context, runId);
  const firstKept = async () => Math.max(0, (await countLines(context, run)) - context.config.logBufferLimit);
  return send(context, reply, run, {
    from: nextOf(request) ?? (await firstKept()),
    withLayers: false,
    endOf: ({ state }) => pipelineStatusOf(state),
    resultOf: () => undefined,
  });
}

function send(context: PipelineContext, reply: FastifyReply, run: Run, story: RunStory): FastifyReply {
  const open = (signal: AbortSignal) => followRun(context, run, story, signal);
  return sendEvents(reply, { open, stopping: context.stopping });
}

/** The line behind the last one that a client which comes back has seen; undefined for one that begins. */
function nextOf(request: FastifyRequest): number | undefined {
  const said = [request.headers["last-event-id"]].flat().at(-1) ?? "";
  return /^\d{1,15}$/.test(said) ? Number(said) + 1 : undefined;
}
