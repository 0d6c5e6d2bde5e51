import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { jobIdOf, type PipelineContext } from "../context.js";
import { requirePosting } from "../documents/posting.js";
import { sendRunFile } from "../documents/run-file.js";
import { uploadView } from "../documents/upload-view.js";
import { badRequest } from "../errors.js";
import { runNow } from "../runs/run-now.js";
import { file, postingParams } from "../schemas/common.js";
import { htmlBody, uploaded, urlBody } from "../schemas/files.js";

/** What a caller prints. */
interface HtmlBody {
  readonly html: string;
  readonly css?: string | null;
  readonly pageSize?: string;
  readonly printBackground?: boolean;
}

/** Files of a posting, and pages as PDF. */
export function fileRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["files"];
  const preValidation = context.access.token;

  app.post(
    "/api/jobs/:job_id/cv-editor/pdf",
    {
      preValidation,
      schema: { tags, summary: "Returns the CV of a posting as PDF.", params: postingParams, response: { 200: file } },
    },
    async (request, reply) => {
      const { key, body } = await requirePosting(context, jobIdOf(request));
      const input = { job_id: key, parameters: { source: "posting", format: "pdf" } };
      const run = await runNow(context, { kind: "export-cv", input }, request);
      return sendRunFile(context, reply, run, {
        baseName: `CV_${String(body["company"] ?? "posting")}`,
        format: "pdf",
      });
    },
  );

  app.post(
    "/api/url-to-pdf",
    { preValidation, schema: { tags, summary: "Returns a page as PDF.", body: urlBody, response: { 200: file } } },
    async (request, reply) => {
      const { url } = (request.body as JsonDocument).value as { url: string };
      if (!/^https?:\/\/[^/]/i.test(url) || !URL.canParse(url))
        throw badRequest("url must be an http or https address");
      const work = { kind: "render-pdf", input: { parameters: { source: "url", url } } };
      return sendRunFile(context, reply, await runNow(context, work, request), {
        baseName: "page",
        format: "pdf",
      });
    },
  );

  app.post(
    "/proxy/pdf/render-pdf",
    { preValidation, schema: { tags, summary: "Returns HTML as PDF.", body: htmlBody, response: { 200: file } } },
    async (request, reply) => {
      const sent = (request.body as JsonDocument).value as HtmlBody;
      const { html, css = null, pageSize: page_size = "letter", printBackground: print_background = true } = sent;
      const parameters = { source: "html", html, ...(css === null ? {} : { css }), page_size, print_background };
      const run = await runNow(context, { kind: "render-pdf", input: { parameters } }, request);
      return sendRunFile(context, reply, run, { baseName: "document", format: "pdf" });
    },
  );

  for (const what of ["cv", "dossier"] as const) {
    const summary = `Uploads the ${what === "cv" ? "CV" : what} of a posting to the configured webhook.`;
    app.post(
      `/api/jobs/:job_id/${what}/upload-drive`,
      { preValidation, schema: { tags, summary, params: postingParams, response: { 200: uploaded } } },
      async (request, reply) => {
        const { key } = await requirePosting(context, jobIdOf(request));
        const input = { job_id: key, parameters: { what } };
        return sendJson(reply, uploadView(await runNow(context, { kind: "upload-drive", input }, request)));
      },
    );
  }
}
