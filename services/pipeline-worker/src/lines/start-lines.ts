import type { JobInput } from "@switchyard/pipeline-model";

const switches = ["use_llm", "force_refresh", "use_annotations", "auto_annotate", "auto_persona"] as const;

/**
 * What a run about a posting says first: which work, on what, and how. Nothing of work without a posting, and nothing of a
 * pipeline run, which says so in other words.
 */
export function startLines(kind: string, input: JobInput): string[] {
  const { job_id: jobId, tier } = input;
  if (jobId === undefined || kind === "full_pipeline") return [];
  const set = switches.flatMap((name) => (input[name] === undefined ? [] : [`${name}: ${input[name]}`]));
  return [`Starting ${kind} for job ${jobId}`, [`Tier: ${tier ?? "balanced"}`, ...set].join(", ")];
}
