import { isJsonObject } from "../../../json/parse-json.js";
import { eventSummary } from "./event-summary.js";
import type { LogEntry } from "./log-entry.js";
import { pick } from "./pick.js";

type Fields = Readonly<Record<string, unknown>>;

/** Members that are handed on where a line has them. */
const copied = [
  "event",
  "backend",
  "tier",
  "cost_usd",
  "model",
  "prompt_length",
  "prompt_preview",
  "system_prompt_preview",
  "user_prompt_preview",
  "result_preview",
  "result_length",
  "max_turns",
  "metadata",
  "error",
  "cli_error",
  "duration_ms",
  "raw_output",
  "stderr",
];

/** Those of them that may stand in `metadata` instead. */
const alsoInMetadata = copied.filter((name) => name.endsWith("_preview") || name.endsWith("_length"));

/** Reads a line that is an object. Its own message wins over one that is made from its event. */
export function parseStructured(value: Fields, line: string): LogEntry {
  const metadata = metadataOf(value);
  const summary = eventSummary(value, metadata);
  return {
    ...pick(metadata, alsoInMetadata),
    ...pick(value, copied),
    ...summary.fields,
    source: "structured",
    message: textOf(value["message"]) ?? summary.message ?? textOf(value["event"]) ?? line,
  };
}

/** Reads an object that stands behind some words. */
export function parseEmbedded(prefix: string, value: Fields): LogEntry {
  const metadata = metadataOf(value);
  const traceback = metadata["traceback"] ?? metadata["stack_trace"];
  return {
    ...pick(value, ["event", "metadata", "layer", "layer_name", "job_id"]),
    ...(traceback === undefined ? {} : { traceback }),
    ...pick(metadata, ["error_type"]),
    source: "structured_embedded",
    prefix,
    message: textOf(value["message"]) ?? prefix,
  };
}

function metadataOf(value: Fields): Fields {
  return isJsonObject(value["metadata"]) ? value["metadata"] : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
