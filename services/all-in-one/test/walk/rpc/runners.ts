import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { RegisterRunnerRequest_Mode, RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { choice, factsOf } from "./fact.js";

const nobody = "00000000-0000-4000-8000-000000000000";
const runnerId = "walker";
const attempt = (jobId: string) => ({ jobId, by: choice("attempt", 1) });
const spec = { name: runnerId, slots: 1, profile: { kinds: [{ by: choice("exact", "walk") }] } };
const start = choice("start", {});
const text = (jobId: string) => {
  const content = choice("text", { lines: new TextEncoder().encode("walk\n") });
  return { attempt: attempt(jobId), append: { stream: "walk", content } };
};

const fileOf = (namespace: string, runner: string, jobId: string) => ({
  message: choice("artifact", { namespace, runnerId: runner, attempt: attempt(jobId), name: "walk" }),
});

/** A method that ends or writes to an attempt: what it needs beside the runner, and the two sorts of things that it names. */
function onAttempt<More extends object>(more: (jobId: string) => More) {
  return {
    needs: "run" as const,
    speaks: true as const,
    request: (namespace: string) => ({ namespace, runnerId, ...more(nobody) }),
    names: {
      job: (namespace: string, jobId: string) => ({ namespace, runnerId, ...more(jobId) }),
      runner: (namespace: string, runner: string) => ({ namespace, runnerId: runner, ...more(nobody) }),
    },
  };
}

/** A method about one runner. */
function onRunner<Needs extends "read" | "run" | "admin">(needs: Needs) {
  return {
    needs,
    speaks: true as const,
    request: (namespace: string) => ({ namespace, runnerId: "walk-none" }),
    names: { runner: (namespace: string, runner: string) => ({ namespace, runnerId: runner }) },
  };
}

/** What runners call. */
export const runnerFacts = factsOf(RunnerService, {
  registerRunner: {
    needs: "run",
    speaks: true,
    request: (namespace) => ({ namespace, mode: RegisterRunnerRequest_Mode.UPSERT, runnerId, spec }),
  },
  syncRunner: onAttempt((jobId) => ({ sessionId: crypto.randomUUID(), attempts: [attempt(jobId)], hold: {} })),
  reportAttempts: onAttempt((jobId) => ({ reports: [{ attempt: attempt(jobId), report: start }] })),
  appendLog: onAttempt((jobId) => ({ appends: [text(jobId)] })),
  replaceLogText: onAttempt((jobId) => ({ attempt: attempt(jobId), stream: "walk", text: "walk" })),
  uploadArtifact: {
    needs: "run",
    speaks: true,
    request: (namespace) => fileOf(namespace, runnerId, nobody),
    names: {
      job: (namespace, jobId) => fileOf(namespace, runnerId, jobId),
      runner: (namespace, runner) => fileOf(namespace, runner, nobody),
    },
  },
  claimJob: onAttempt((jobId) => ({ jobId })),
  heartbeat: onAttempt((jobId) => ({ runningJobIds: [jobId] })),
  completeJob: onAttempt((jobId) => ({ attempt: attempt(jobId), outcome: { kind: Outcome_Kind.SUCCEEDED } })),
  failJob: onAttempt((jobId) => ({ attempt: attempt(jobId), outcome: { kind: Outcome_Kind.FAILED } })),
  releaseJob: onAttempt((jobId) => ({ attempt: attempt(jobId) })),
});

/** What operators and gateways call. */
export const fleetFacts = factsOf(FleetService, {
  listRunners: { needs: "read", request: (namespace) => ({ namespace }) },
  getRunner: onRunner("read"),
  drainRunner: onRunner("admin"),
  revokeRunner: onRunner("admin"),
  issueCredential: onRunner("admin"),
  checkCredential: { needs: "run", request: (namespace, tokenSha256) => ({ namespace, tokenSha256 }) },
  getPool: { needs: "read", request: (namespace) => ({ namespace }) },
  scalePool: { needs: "admin", request: (namespace) => ({ namespace, size: 0, wait: {} }) },
  watchPools: { needs: "run", request: (namespace) => ({ namespaces: [namespace] }) },
});
