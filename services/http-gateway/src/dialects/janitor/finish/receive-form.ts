import type { Readable } from "node:stream";
import type { JanitorContext } from "../context.js";
import { badRequest, JanitorError } from "../errors.js";
import type { Run } from "../runs/find-run.js";
import { baseName, isLogName } from "./file-kind.js";
import { boundaryOf, type FormPart, formParts } from "./form-parts.js";
import { type StagedFile, uploadFile } from "./upload-file.js";

/** What a worker sent at the end of its run. All files are stored and staged. */
export interface ReceivedForm {
  /** The bytes of `result.json`. */
  readonly result: Buffer;
  readonly logs: readonly StagedFile[];
  readonly artifacts: readonly StagedFile[];
}

/** Names of form fields that hold the result, where no file name says it. */
const resultFields: ReadonlySet<string> = new Set(["metadata", "worker_result"]);

/**
 * Takes in the form by which a run is finished, file by file as it comes; nothing of a file is held in memory.
 *
 * @throws JanitorError 400 for what is no such form; what had been stored is gone then, and the run as it was
 */
export async function receiveForm(
  context: JanitorContext,
  run: Run,
  body: Readable,
  mediaType: string | undefined,
): Promise<ReceivedForm> {
  const boundary = boundaryOf(mediaType);
  if (boundary === undefined) throw badRequest("expected multipart/form-data");
  const files = new Map<string, StagedFile>();
  const replaced: StagedFile[] = [];
  let result: Buffer | undefined;
  try {
    for await (const part of partsOf(body, boundary)) {
      const kind = kindOf(part);
      if (kind === "result") {
        result = await readAll(part.bytes, context.config.maxResultBytes);
      } else if (kind === "other") {
        part.bytes.resume();
      } else {
        const before = files.get(kind.name);
        if (before !== undefined) replaced.push(before);
        files.set(kind.name, await store(context, run, kind.name, part));
      }
    }
    if (result === undefined) throw badRequest("missing result.json");
  } catch (error) {
    await dropFiles(context, [...files.values(), ...replaced]);
    throw error;
  }
  await dropFiles(context, replaced);
  const all = [...files.values()];
  return {
    result,
    logs: all.filter(({ name }) => isLogName(name)),
    artifacts: all.filter(({ name }) => !isLogName(name)),
  };
}

/** Deletes staged files; what cannot be deleted is collected by the catalog in its time. */
export async function dropFiles(
  { core, config: { namespace } }: Pick<JanitorContext, "core" | "config">,
  files: readonly StagedFile[],
): Promise<void> {
  if (files.length === 0) return;
  await core.artifacts.deleteArtifacts({ namespace, artifactIds: files.map(({ id }) => id) }).catch(() => undefined);
}

async function* partsOf(body: Readable, boundary: string): AsyncGenerator<FormPart> {
  const parts = formParts(body, boundary);
  for (;;) {
    const next = await parts.next().catch((error: unknown) => {
      throw badRequest(`malformed multipart body: ${(error as Error).message}`);
    });
    if (next.done === true) return;
    yield next.value;
  }
}

function kindOf({ name, fileName }: FormPart): "result" | "other" | { readonly name: string } {
  if (fileName === undefined) {
    if (name === undefined) throw badRequest("a part has neither a name nor a file name");
    return resultFields.has(name) ? "result" : "other";
  }
  const base = baseName(fileName);
  if (base === "result.json" || (name !== undefined && resultFields.has(name))) return "result";
  if (base === undefined) throw badRequest(`Invalid filename ${fileName}`);
  return { name: base };
}

async function store(context: JanitorContext, run: Run, name: string, { bytes, mediaType }: FormPart) {
  const purpose = isLogName(name) ? "log" : "file";
  const facts = { name, purpose, mediaType: mediaType ?? "application/octet-stream" };
  try {
    return await uploadFile(context, run, facts, bytes as AsyncIterable<Uint8Array>);
  } catch (error) {
    context.metrics.uploadFailed();
    throw error;
  }
}

async function readAll(bytes: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new JanitorError(413, `the result is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
