import { collections, soleKeys } from "@switchyard/pipeline-model";
import type { PipelineContext } from "../context.js";
import { putWrite, readDocument, writeDocuments } from "../documents/document-store.js";

type Core = Pick<PipelineContext, "core" | "config">;

/** How far the queue was cleared. */
export interface Cleared {
  /** Jobs up to this number are shown no more, whatever they do. */
  readonly serial: bigint;
  /** Rises with each clearing. */
  readonly revision: bigint;
}

/** Reads how far the queue was cleared. */
export async function readCleared(context: Core): Promise<Cleared> {
  const document = await readDocument(context, collections.state, soleKeys.queueView);
  const serial = document?.body["cleared_serial"];
  return { serial: BigInt(typeof serial === "number" ? serial : 0), revision: document?.revision ?? 0n };
}

/** Hides every job up to a number. */
export async function writeCleared(context: Core, serial: bigint): Promise<void> {
  const body = { cleared_serial: Number(serial) };
  await writeDocuments(context, [putWrite(collections.state, soleKeys.queueView, body)]);
}
