import { type Reason, reasonOf } from "@switchyard/errors";
import type { Core } from "./core-access.js";

/** How a part of the service is. */
export interface HealthCheck {
  readonly status: "healthy" | "unhealthy";
  readonly message: string;
}

/** What the service depends on. */
export type HealthChecks = Readonly<Record<"database" | "vcs" | "logs" | "artifacts", HealthCheck>>;

/** Whoever asks wants to know soon. */
const timeoutMs = 3000;

/** An id that nothing has: asking for it finds out whether anybody answers. */
const nothingsId = "00000000-0000-4000-8000-000000000000";

const notThere: ReadonlySet<Reason> = new Set<Reason>(["LOG_NOT_FOUND", "ARTIFACT_NOT_FOUND", "JOB_NOT_FOUND"]);

/** Whether the database answers. */
export async function databaseAnswers({ core }: Pick<Core, "core">): Promise<boolean> {
  return core.jobs.getStatus({}, { timeoutMs }).then(
    ({ databaseConnected }) => databaseConnected,
    () => false,
  );
}

/** Asks everything that the service depends on. */
export async function checkHealth(core: Core): Promise<HealthChecks> {
  const { namespace } = core.config;
  const { logs, artifacts } = core.core;
  const [database, logsAnswer, artifactsAnswer] = await Promise.all([
    databaseAnswers(core),
    answers(logs.listLogs({ namespace, jobId: nothingsId }, { timeoutMs })),
    answers(artifacts.getArtifact({ namespace, artifactId: nothingsId }, { timeoutMs })),
  ]);
  return {
    database: checkOf(database, "the database"),
    // Branches are the workers' business.
    vcs: { status: "healthy", message: "branches are opened by workers" },
    logs: checkOf(logsAnswer, "the log store"),
    artifacts: checkOf(artifactsAnswer, "the artifact store"),
  };
}

/** Whether all is well. */
export function isHealthy(checks: HealthChecks): boolean {
  return Object.values(checks).every(({ status }) => status === "healthy");
}

function checkOf(isUp: boolean, name: string): HealthCheck {
  return isUp
    ? { status: "healthy", message: `${name} answers` }
    : { status: "unhealthy", message: `${name} does not answer` };
}

async function answers(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    (error: unknown) => notThere.has(reasonOf(error)),
  );
}
