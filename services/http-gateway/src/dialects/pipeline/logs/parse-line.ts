import { isJsonObject } from "../../../json/parse-json.js";
import type { LogEntry } from "./log-entry.js";
import { parseEmbedded, parseStructured } from "./structured-line.js";

const levelled =
  /^(?:\[?\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?\]? )?\[(DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL)\] (?:[\w.]+: )?(.*)$/s;
const ofComponent = /^\[([A-Za-z_][\w -]*):([^\]]+)\] ?(.*)$/s;

/** Reads a line; each that there is has some entry. The forms are tried in this order. */
export function parseLine(line: string): LogEntry {
  if (line === "") return { source: "unknown", message: "" };
  if (line.startsWith("{")) {
    const value = jsonObject(line);
    return value === undefined ? { source: "python", message: line } : parseStructured(value, line);
  }
  const embedded = embeddedIn(line);
  if (embedded !== undefined) return parseEmbedded(embedded.prefix, embedded.value);
  const [, level, text] = levelled.exec(line) ?? [];
  if (level !== undefined) return { source: "python", level: level.toLowerCase(), message: text ?? "" };
  const [, component, context, message] = ofComponent.exec(line) ?? [];
  if (component !== undefined) return { source: "python", component, context, message: message ?? "" };
  return { source: "python", message: line.trim() };
}

/** An object behind some words: `words: {...}`. */
function embeddedIn(line: string): { readonly prefix: string; readonly value: Record<string, unknown> } | undefined {
  const place = line.endsWith("}") ? line.indexOf(": {") : -1;
  const value = place < 0 ? undefined : jsonObject(line.slice(place + 2));
  return value === undefined ? undefined : { prefix: line.slice(0, place), value };
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
