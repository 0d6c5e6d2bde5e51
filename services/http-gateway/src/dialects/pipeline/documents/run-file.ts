import type { FastifyReply } from "fastify";
import type { PipelineContext } from "../context.js";
import { failed } from "../errors.js";
import { sendArtifact } from "../runs/artifacts.js";
import type { FinishedRun } from "../runs/run-now.js";
import { refuseFailure } from "./run-failure.js";

/** Files that the worker makes, by their format. */
export const contentTypes = {
  html: "text/html; charset=utf-8",
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
} as const;

/**
 * Answers with the file that a run has made; its result names it as `artifact`.
 *
 * @param baseName of the file that the caller saves
 * @throws PipelineError in the worker's words when the run failed, 500 for one that made no file
 */
export async function sendRunFile(
  context: Pick<PipelineContext, "core" | "config">,
  reply: FastifyReply,
  run: FinishedRun,
  { baseName, format }: { readonly baseName: string; readonly format: keyof typeof contentTypes },
): Promise<FastifyReply> {
  refuseFailure(run);
  const name = run.result?.data["artifact"];
  if (typeof name !== "string") throw failed("The worker made no file");
  return sendArtifact(context, reply, {
    jobId: run.job.id,
    attempt: run.job.attemptCount,
    name,
    saveAs: `${baseName}.${format}`,
    contentType: contentTypes[format],
  });
}
