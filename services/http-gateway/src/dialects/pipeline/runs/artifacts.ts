import { Readable } from "node:stream";
import { reasonOf } from "@switchyard/errors";
import type { FastifyReply } from "fastify";
import type { PipelineContext } from "../context.js";
import { notFound } from "../errors.js";

type Core = Pick<PipelineContext, "core" | "config">;

/** The files of a pipeline run that its status names, by what it calls them. */
const namedFiles: Readonly<Record<string, string>> = {
  cv_md_url: "CV.md",
  cv_docx_url: "CV.docx",
  dossier_txt_url: "dossier.txt",
  cover_letter_txt_url: "cover_letter.txt",
};

/** The files that a job's attempt left, as the status of a pipeline run names them. */
export async function namedArtifacts(
  { core, config }: Core,
  jobId: string,
  attempt: number,
): Promise<Readonly<Record<string, string>>> {
  const { artifacts } = await core.artifacts.listArtifacts({ namespace: config.namespace, jobId, attempt });
  const names = new Set(artifacts.map(({ name }) => name));
  return Object.fromEntries(Object.entries(namedFiles).filter(([, name]) => names.has(name)));
}

/** A file of an attempt, and how it is sent. */
export interface SentArtifact {
  readonly jobId: string;
  readonly attempt: number;
  /** As the worker named it: a name and no path. */
  readonly name: string;
  /** What the caller shall save it as. Default: its name. */
  readonly saveAs?: string;
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
}

/** Headers of a file that is saved: browsers neither show it nor guess what it is. */
export function fileHeaders(name: string): Record<string, string> {
  return {
    "Content-Disposition": `attachment; filename="${name.replace(/[^A-Za-z0-9._-]+/g, "_")}"`,
    "X-Content-Type-Options": "nosniff",
  };
}

/**
 * Answers with a file of an attempt, as fast as the client reads.
 *
 * @throws PipelineError 404
 */
export async function sendArtifact(
  { core, config }: Core,
  reply: FastifyReply,
  { jobId, attempt, name, saveAs = name, contentType = "application/octet-stream" }: SentArtifact,
): Promise<FastifyReply> {
  const over = new AbortController();
  const pieces = core.artifacts
    .downloadArtifact(
      { namespace: config.namespace, by: { case: "name", value: { jobId, attempt, name } } },
      { signal: over.signal },
    )
    [Symbol.asyncIterator]();
  // The first answer says whether there is such a file; the status goes out behind it.
  const first = await pieces.next().catch((error: unknown) => {
    throw isMissing(error) ? notFound("Artifact not found") : error;
  });
  if (first.done === true) throw notFound("Artifact not found");
  reply.raw.once("close", () => over.abort());
  const bytes = (async function* () {
    yield first.value.data;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value.data;
  })();
  const size = first.value.artifact?.size;
  if (size !== undefined) reply.header("Content-Length", String(size));
  return reply
    .type(contentType)
    .headers(fileHeaders(saveAs))
    .send(Readable.from(nonEmpty(bytes), { objectMode: false }));
}

/** To a stream of bytes an empty piece would be its end. */
async function* nonEmpty(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) if (piece.length > 0) yield piece;
}

function isMissing(error: unknown): boolean {
  const reason = reasonOf(error);
  return reason === "ARTIFACT_NOT_FOUND" || reason === "INVALID_ARGUMENT" || reason === "ATTEMPT_NOT_FOUND";
}
