import type { ProcessGroup } from "./process-group.js";

/** The only variables of the runner that its processes inherit: its secrets stay its own. */
const inherited = ["PATH", "HOME", "LANG", "TZ", "TMPDIR"] as const;

/**
 * The environment of an attempt's processes: a few inherited variables, those of the job, and the names of the attempt,
 * which a job can't change, since strays are found by them. `TRACEPARENT` lets what the process does go on in the job's trace; one that the job
 * brings itself counts.
 *
 * @param traceParent empty for none
 */
export function processEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  ofJob: Readonly<Record<string, string>>,
  mark: Omit<ProcessGroup, "id"> & { readonly namespace: string },
  traceParent: string,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of inherited) if (own[name] !== undefined) environment[name] = own[name];
  return {
    ...environment,
    ...(traceParent !== "" && { TRACEPARENT: traceParent }),
    ...ofJob,
    SWITCHYARD_NAMESPACE: mark.namespace,
    SWITCHYARD_JOB_ID: mark.jobId,
    SWITCHYARD_ATTEMPT: String(mark.attempt),
  };
}
