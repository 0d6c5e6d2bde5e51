import { z } from "zod";
import { badRequest } from "../errors.js";
import { msOfText } from "../times.js";

const text = z.string().nullish();
const time = z
  .string()
  .refine((value) => msOfText(value) !== undefined, "is no time")
  .nullish();

const branch = z.tuple([z.string(), z.string().nullable(), z.string().nullable(), z.string().nullable()]);

// What the real worker writes, and what upstream's reader takes. Every member may be missing; unknown ones are passed over.
const schema = z.object({
  code: z.string().min(1).nullish(),
  description: text,
  context: z.unknown().optional(),
  codemod: z.unknown().optional(),
  value: z.number().int().nullish(),
  branches: z
    .array(branch)
    .refine((all) => new Set(all.map(([role]) => role)).size === all.length, "has a role twice")
    .nullish(),
  tags: z.array(z.tuple([z.string(), z.string().nullable()])).nullish(),
  remotes: z.record(z.string(), z.unknown()).nullish(),
  revision: text,
  main_branch_revision: text,
  target: z.object({ name: z.enum(["debian", "generic"]), details: z.unknown().optional() }).nullish(),
  details: z.unknown().optional(),
  stage: z.union([z.string(), z.array(z.string()).transform((steps) => steps.join("/"))]).nullish(),
  transient: z.boolean().nullish(),
  start_time: time,
  finish_time: time,
  refreshed: z.boolean().nullish(),
  target_branch_url: text,
  branch_url: text,
  vcs_type: text,
  subpath: text,
});

/** What a worker says about its run. */
export type WorkerResult = z.output<typeof schema>;

/**
 * Reads a `result.json`.
 *
 * @throws JanitorError 400
 */
export function readWorkerResult(bytes: Buffer): WorkerResult {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw badRequest("the result is not valid JSON");
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw badRequest(`the result is not valid: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
}
