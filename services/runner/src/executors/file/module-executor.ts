import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { JobHandler } from "@switchyard/client";
import type { ModuleDefinition } from "./definition.js";

/**
 * Loads the handler that a module exports.
 *
 * @param here the file's directory, where its path starts
 * @throws Error when it can't be loaded, or exports no function by that name
 */
export async function loadHandler(definition: ModuleDefinition, here: string): Promise<JobHandler> {
  const module = (await import(pathToFileURL(resolve(here, definition.module)).href)) as Record<string, unknown>;
  const handler = module[definition.export];
  if (typeof handler === "function") return handler as JobHandler;
  const names = Object.entries(module).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
  throw new Error(`exports no function ${definition.export}; it has ${names.join(", ") || "none"}`);
}
