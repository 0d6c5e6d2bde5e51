import { readFile } from "node:fs/promises";
import type { V1PodTemplateSpec } from "@kubernetes/client-node";
import { parse } from "yaml";

/** Some fields of a pod template. */
export type TemplateOverlay = Readonly<Record<string, unknown>>;

/**
 * Reads the operator's pod template: `metadata` (labels, annotations) and `spec`, of which anything may be left out.
 *
 * @throws Error that names the file
 */
export async function readOverlay(path: string): Promise<TemplateOverlay> {
  const value: unknown = parse(await readFile(path, "utf8"));
  if (!isMap(value)) throw new Error(`${path}: is no pod template`);
  for (const field of Object.keys(value)) {
    if (!["metadata", "spec", "apiVersion", "kind", "template"].includes(field))
      throw new Error(`${path}: ${field} is no field of a pod template; metadata and spec are`);
  }
  const { metadata, spec } = (isMap(value["template"]) ? value["template"] : value) as TemplateOverlay;
  return { ...(metadata === undefined ? {} : { metadata }), ...(spec === undefined ? {} : { spec }) };
}

/**
 * Lays the operator's template over a job's. Maps are joined, and the operator's word wins; lists of named things (containers, volumes,
 * variables) are joined by name, other lists are appended. The job's container is named `job`.
 */
export function applyOverlay(template: V1PodTemplateSpec, overlay: TemplateOverlay): V1PodTemplateSpec {
  return merge(template, overlay) as V1PodTemplateSpec;
}

function merge(base: unknown, over: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(over)) return mergeLists(base, over);
  if (!isMap(base) || !isMap(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = key in base ? merge(base[key], value) : value;
  return merged;
}

function mergeLists(base: readonly unknown[], over: readonly unknown[]): unknown[] {
  const merged = [...base];
  for (const item of over) {
    const name = nameOf(item);
    const at = name === undefined ? -1 : merged.findIndex((other) => nameOf(other) === name);
    if (at < 0) merged.push(item);
    else merged[at] = merge(merged[at], item);
  }
  return merged;
}

function nameOf(item: unknown): unknown {
  return isMap(item) ? item["name"] : undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
