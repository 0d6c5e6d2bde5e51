import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendJsonArray } from "../../../http/send-array.js";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { type CandidateEntry, candidateView } from "../catalogue/candidate.js";
import { uploadCandidates } from "../catalogue/upload-candidates.js";
import type { JanitorContext } from "../context.js";
import { deleteCandidate, listCandidates } from "../documents/candidates.js";
import { badRequest, notFound } from "../errors.js";
import { removeWaiting } from "../queue/remove.js";
import { candidate, candidateParams, candidatesAnswer, candidateUpload } from "../schemas/catalogue.js";
import { listOf, nothing, refusal } from "../schemas/common.js";

/** Codebases that campaigns are about to change. */
export function candidateRoutes(app: FastifyInstance, context: JanitorContext): void {
  const tags = ["candidates"];

  app.get(
    "/candidates",
    { schema: { tags, summary: "Lists all candidates.", response: { 200: listOf(candidate) } } },
    (_, reply) => {
      const texts = (async function* () {
        for await (const found of listCandidates(context)) yield JSON.stringify(candidateView(found));
      })();
      return sendJsonArray(reply, texts);
    },
  );

  app.post(
    "/candidates",
    {
      schema: {
        tags,
        summary: "Makes or replaces candidates and queues them.",
        body: candidateUpload,
        response: { 200: candidatesAnswer, 400: refusal },
      },
    },
    async (request, reply) => {
      const entries = (request.body as JsonDocument).value as readonly CandidateEntry[];
      return sendJson(reply, await uploadCandidates(context, entries));
    },
  );

  app.delete(
    "/candidates/:id",
    {
      schema: {
        tags,
        summary: "Deletes a candidate and what waits in the queue for it.",
        params: candidateParams,
        response: { 200: nothing, 400: refusal, 404: refusal },
      },
    },
    async (request, reply) => {
      const deleted = await deleteCandidate(context, idOf(request));
      if (deleted === undefined) throw noSuchCandidate();
      await removeWaiting(context, deleted.codebase, deleted.campaign);
      return sendJson(reply, {});
    },
  );
}

const noSuchCandidate = () => notFound("No such candidate");

function idOf(request: FastifyRequest): number {
  const { id } = request.params as { readonly id: string };
  if (!/^-?\d+$/.test(id)) throw badRequest("Invalid candidate ID");
  const number = Number(id);
  // Beyond are numbers that nothing has.
  if (number < 1 || !Number.isSafeInteger(number)) throw noSuchCandidate();
  return number;
}
