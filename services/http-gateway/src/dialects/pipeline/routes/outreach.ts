import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { contactAt, contactListOf } from "../contacts/contact.js";
import { type OutreachBody, outreachBatchWork, outreachView, outreachWork } from "../contacts/outreach.js";
import { jobIdOf, type PipelineContext } from "../context.js";
import { requirePosting } from "../documents/posting.js";
import { runNow } from "../runs/run-now.js";
import { startRun } from "../runs/start-run.js";
import { postingParams } from "../schemas/common.js";
import { contactParams, outreachAnswer, outreachBody } from "../schemas/contacts.js";
import { startAnswer } from "../schemas/run.js";
import { contactOf } from "./contacts.js";
import { startView } from "./start-operations.js";

/** Messages to contacts. */
export function outreachRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["contacts"];
  const preValidation = context.access.token;
  const bodyOf = (request: FastifyRequest) => (request.body as JsonDocument).value as OutreachBody;
  const contactPath = "/api/jobs/:job_id/contacts/:contact_type/:contact_index";

  const generate = async (request: FastifyRequest, reply: FastifyReply) => {
    const { list: word, index } = contactOf(request);
    const { key, body } = await requirePosting(context, jobIdOf(request));
    const list = contactListOf(word);
    contactAt(body, list, index);
    const run = await runNow(context, outreachWork(key, { list, index }, bodyOf(request)), request);
    return sendJson(reply, outreachView(run));
  };

  for (const [path, summary] of [
    [`${contactPath}/generate-outreach`, "Writes a message to a contact and keeps it with the contact."],
    [contactPath, "The same, under the name that older descriptions have."],
  ] as const) {
    const schema = { tags, summary, params: contactParams, body: outreachBody, response: { 200: outreachAnswer } };
    app.post(path, { preValidation, schema }, generate);
  }

  app.post(
    `${contactPath}/generate-outreach/stream`,
    {
      preValidation,
      schema: {
        tags,
        summary: "Begins to write a message, and answers with the run.",
        params: contactParams,
        body: outreachBody,
        response: { 200: startAnswer },
      },
    },
    // What is wrong with posting or contact is the run's to say.
    async (request, reply) => {
      const work = outreachWork(jobIdOf(request), contactOf(request), bodyOf(request));
      return sendJson(reply, startView((await startRun(context, work)).runId));
    },
  );

  app.post(
    "/api/jobs/:job_id/contacts/generate-all-messages",
    {
      preValidation,
      schema: {
        tags,
        summary: "Begins to write a message to every contact of a posting, in one run.",
        params: postingParams,
        body: outreachBody,
        response: { 200: startAnswer },
      },
    },
    async (request, reply) => {
      const { key } = await requirePosting(context, jobIdOf(request));
      const { runId } = await startRun(context, outreachBatchWork(key, bodyOf(request)));
      return sendJson(reply, startView(runId));
    },
  );
}
