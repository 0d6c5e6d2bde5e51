import type { LayerStatus } from "@switchyard/pipeline-model";

const signs: Readonly<Record<LayerStatus, string>> = {
  pending: "⏳",
  processing: "🔄",
  running: "🔄",
  retrying: "🔁",
  success: "✅",
  completed: "✅",
  skipped: "⏭️",
  warning: "⚠️",
  failed: "❌",
  error: "❌",
};

/** The line of a layer: a sign, its key and words. Of a layer that failed, what is known about it follows as JSON. */
export function layerLine(
  key: string,
  status: LayerStatus,
  message = "",
  metadata?: Readonly<Record<string, unknown>>,
): string {
  const begin = `${signs[status]} ${key}: `;
  if ((status !== "failed" && status !== "error") || metadata === undefined) return begin + (message || status);
  return begin + JSON.stringify({ event: "layer_error", layer_key: key, message: message || status, metadata });
}
