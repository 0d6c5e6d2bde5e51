import { OperationFailure, type OperationContext } from "../../operation.js";
import { wordsOf } from "../layers/layer-book.js";

const timeoutMs = 60_000;
const mostBytes = 50 * 1024 * 1024;

/** Codes of failures by the status that the service answers with. */
const codes: Readonly<Record<number, string>> = { 503: "unavailable", 504: "timeout" };

/**
 * Has the configured service render a PDF.
 *
 * @throws OperationFailure with the code `timeout`, `unavailable` or `render_failed`
 */
export async function askPdfService(
  context: OperationContext,
  base: string,
  path: string,
  body: object,
): Promise<Uint8Array> {
  const { signal } = context;
  const response = await fetch(new URL(path, base.endsWith("/") ? base : `${base}/`), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  }).catch((error: unknown) => failed(signal, error));
  if (!response.ok) {
    await response.body?.cancel();
    const code = codes[response.status] ?? "render_failed";
    throw new OperationFailure(`PDF service answered ${response.status}`, { code });
  }
  const bytes = new Uint8Array(await response.arrayBuffer().catch((error: unknown) => failed(signal, error)));
  const isPdf = Buffer.from(bytes.subarray(0, 5)).toString("latin1") === "%PDF-";
  if (!isPdf || bytes.length > mostBytes) {
    throw new OperationFailure("PDF service did not answer with a PDF", { code: "render_failed" });
  }
  return bytes;
}

function failed(signal: AbortSignal, error: unknown): never {
  signal.throwIfAborted();
  if (error instanceof Error && error.name === "TimeoutError") {
    throw new OperationFailure("PDF service timed out", { code: "timeout", cause: error });
  }
  throw new OperationFailure(`PDF service is unavailable: ${wordsOf(error)}`, { code: "unavailable", cause: error });
}
