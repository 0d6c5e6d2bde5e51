import type { MessageInitShape } from "@bufbuild/protobuf";
import type { KindSelectorSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { JobHandler } from "./job-context.js";

/** Handlers by kind; a key with `*` or `?` is a glob over the whole kind. */
export type JobHandlers = Readonly<Record<string, JobHandler>>;

/** What the scheduler compares kinds with, from texts in which `*` and `?` are wildcards. */
export function kindSelectors(kinds: readonly string[]): MessageInitShape<typeof KindSelectorSchema>[] {
  return kinds.map((kind) => ({
    by: isGlob(kind) ? { case: "glob" as const, value: kind } : { case: "exact" as const, value: kind },
  }));
}

/** Finds the handler of a kind: the one with exactly its name, else the first glob that matches. */
export function handlerFor(handlers: JobHandlers, kind: string): JobHandler | undefined {
  if (Object.hasOwn(handlers, kind)) return handlers[kind];
  for (const [glob, handler] of Object.entries(handlers)) {
    if (isGlob(glob) && matchesGlob(glob, kind)) return handler;
  }
  return undefined;
}

/** Whether a glob matches a whole text: `*` is any run of characters, `?` exactly one, all else itself. */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = [...glob].map((c) =>
    c === "*" ? "[^]*" : c === "?" ? "[^]" : c.replace(/[\\^$.|+()[\]{}/]/g, "\\$&"),
  );
  return new RegExp(`^${pattern.join("")}$`, "u").test(text);
}

function isGlob(kind: string): boolean {
  return kind.includes("*") || kind.includes("?");
}
