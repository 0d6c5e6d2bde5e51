import type { AttemptProgress } from "../domain/core/model.js";

/** Progress as JSON text; `detail` in base64. */
export function encodeProgress({ detail, ...rest }: AttemptProgress): string {
  return JSON.stringify(detail ? { ...rest, detail: Buffer.from(detail).toString("base64") } : rest);
}

/** Reads what {@link encodeProgress} wrote; empty text is no progress. */
export function decodeProgress(text: string): AttemptProgress | undefined {
  if (text === "") return undefined;
  const { detail, ...rest } = JSON.parse(text) as Omit<AttemptProgress, "detail"> & { detail?: string };
  return detail === undefined ? rest : { ...rest, detail: Buffer.from(detail, "base64") };
}
