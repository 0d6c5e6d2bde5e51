import { internalErrorText } from "@switchyard/errors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import type { JanitorContext } from "../context.js";
import { badRequest, JanitorError } from "../errors.js";
import { ancestorsOf, descendantsOf, resumeFaults } from "../resume/chains.js";
import { checkResume, mainBranchOf } from "../resume/check-resume.js";
import { resumeChain, resumeCheck, resumeCheckBody, resumeDescendants, resumeValidation } from "../schemas/resume.js";
import { runParams } from "../schemas/runs.js";

interface CheckBody {
  readonly campaign: string;
  readonly resume_revision?: string | null;
  readonly branch_name?: string | null;
}

/** How runs go on from earlier ones. */
export function resumeRoutes(app: FastifyInstance, context: JanitorContext): void {
  const tags = ["resume"];

  app.post(
    "/resume/check",
    {
      schema: {
        tags,
        summary: "Looks for a result to resume from.",
        body: resumeCheckBody,
        response: { 200: resumeCheck },
      },
    },
    answering(async (request, reply) => {
      const body = (request.body as JsonDocument).value as CheckBody;
      const [revision, branchName] = [body.resume_revision ?? null, body.branch_name ?? null];
      if (revision === null && branchName === null) throw badRequest("missing resume_revision");
      const run = await checkResume(context, { campaign: body.campaign, revision, branchName });
      if (run === undefined) {
        return sendJson(reply, { resume_available: false, message: "No resume information found" });
      }
      return sendJson(reply, {
        resume_available: true,
        resume_info: {
          run_id: run.id,
          campaign: run.campaign,
          codebase: run.codebase,
          branch_name: mainBranchOf(run),
          result_code: run.code,
          revision: run.revision,
          result: run.codemod,
          result_branches: run.branches ?? [],
        },
      });
    }),
  );

  app.get(
    "/resume/chain/:id",
    {
      schema: {
        tags,
        summary: "Lists the runs that a run goes back to.",
        params: runParams,
        response: { 200: resumeChain },
      },
    },
    answering(async (request, reply) => {
      const { id } = request.params as { id: string };
      const chain = await ancestorsOf(context, id.toLowerCase());
      return sendJson(reply, chain === undefined ? [] : { run_id: id, resume_chain: chain });
    }),
  );

  app.get(
    "/resume/descendants/:id",
    {
      schema: {
        tags,
        summary: "Lists the runs that go back to a run.",
        params: runParams,
        response: { 200: resumeDescendants },
      },
    },
    answering(async (request, reply) => {
      const { id } = request.params as { id: string };
      return sendJson(reply, { run_id: id, descendants: await descendantsOf(context, id.toLowerCase()) });
    }),
  );

  app.get(
    "/resume/validate",
    {
      schema: {
        tags,
        summary: "Says whether what runs say about each other fits together.",
        response: { 200: resumeValidation },
      },
    },
    answering(async (_, reply) => {
      const errors = await resumeFaults(context);
      return sendJson(
        reply,
        errors.length === 0
          ? { status: "consistent", message: "All resume relationships are valid" }
          : { status: "inconsistent", errors },
      );
    }),
  );
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** These calls have another body for failures of the server. */
function answering(handler: Handler): Handler {
  return async (request, reply) => {
    try {
      return await handler(request, reply);
    } catch (error) {
      if (error instanceof JanitorError) throw error;
      request.log.error({ err: error }, "a resume call failed");
      return sendJson(reply, { error: internalErrorText }, 500);
    }
  };
}
