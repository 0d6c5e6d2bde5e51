import type { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import { killRun } from "../backchannel/kill-run.js";
import { liveLog, liveLogNames } from "../backchannel/live-logs.js";
import type { JanitorContext } from "../context.js";
import { JanitorError, notFound } from "../errors.js";
import { keptLogNames, openKeptLog } from "../runs/kept-logs.js";
import { readClaimInfo } from "../runs/claim-info.js";
import { findRun, isActive, type Run } from "../runs/find-run.js";
import { showRun } from "../runs/show-runs.js";
import { refusal } from "../schemas/common.js";
import { activeRun, logBytes, logNames, runFileParams, runParams } from "../schemas/runs.js";

/** Logs of runs, read from the worker while the run goes on and from the log store afterwards; and the call that stops a run. */
export function logRoutes(app: FastifyInstance, context: JanitorContext): void {
  const tags = ["logs"];

  app.get(
    "/log/:id",
    {
      schema: {
        tags,
        summary: "Lists the log files of a run.",
        params: runParams,
        response: { 200: logNames, 404: refusal },
      },
    },
    async (request, reply) => {
      const { id } = request.params as { id: string };
      const run = await findRun(context, id);
      const names = run === undefined ? undefined : await namesOf(context, run);
      if (names === undefined) throw notFound(noCurrentRun(id));
      return sendJson(reply, names);
    },
  );

  app.get(
    "/log/:id/*",
    { schema: { tags, summary: "Returns a log file of a run.", params: runFileParams, response: { 200: logBytes } } },
    async (request, reply) => {
      const { id, "*": name } = request.params as { id: string; "*": string };
      if (name.includes("/") || name === "") throw new JanitorError(400, "", { body: `Invalid filename ${name}` });
      const run = await findRun(context, id);
      if (run === undefined) throw new JanitorError(404, "", { body: noCurrentRun(id) });
      const bytes = await bytesOf(context, run, name);
      if (bytes === undefined) throw new JanitorError(404, "", { body: `No such log file: ${name}` });
      return reply.type("text/plain; charset=utf-8").send(bytes);
    },
  );

  app.post(
    "/kill/:id",
    {
      schema: {
        tags,
        summary: "Asks the worker of a run to stop it.",
        params: runParams,
        response: { 200: activeRun },
      },
    },
    async (request, reply) => {
      const { id } = request.params as { id: string };
      const run = await findRun(context, id);
      if (run === undefined || !isActive(run)) throw notFound(noCurrentRun(id));
      await killRun(context, run);
      return sendJson(reply, await showRun(context, run));
    },
  );
}

const noCurrentRun = (id: string) => `No such current run: ${id}`;

async function namesOf(context: JanitorContext, run: Run): Promise<readonly string[] | undefined> {
  if (!isActive(run)) return keptLogNames(context, run);
  const { backchannel } = readClaimInfo(run.attempt.claimInfo, run.attempt.runnerId);
  return backchannel === null ? [] : liveLogNames(context, backchannel);
}

async function bytesOf(context: JanitorContext, run: Run, name: string): Promise<Buffer | Readable | undefined> {
  if (!isActive(run)) return openKeptLog(context, run, name);
  const { backchannel } = readClaimInfo(run.attempt.claimInfo, run.attempt.runnerId);
  return backchannel === null ? undefined : liveLog(context, backchannel, name);
}
