import { create } from "@bufbuild/protobuf";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { LogEntrySchema } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { LogRecordSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import {
  type Runner,
  RunnerSchema,
  RunnerSpecSchema,
  RunnerState,
} from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { RunnerMode, RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import {
  AttemptState,
  LeaseSchema,
  type Outcome,
  OutcomeSchema,
  Revocation_Reason,
} from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { type Job, JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { RunnerProfile } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { reasonOf, SwitchyardError } from "@switchyard/errors";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { viewOf } from "./scheduler-routes.js";
import { type CoreModel, isFinal, type ModelRunner } from "./state.js";

/** The model's runner gateway. */
export function runnerRoutes(model: CoreModel): ServiceRoute[] {
  const runners = route(RunnerService, {
    registerRunner({ namespace, runnerId, spec, releaseHeld }) {
      model.enter();
      const before = model.runners.get(`${namespace}/${runnerId}`);
      const now = model.now();
      const runner = before ?? {
        ...{ id: runnerId, namespace, registerMicros: now, completed: 0, failed: 0, lost: 0, revoked: [] },
        ...{ spec: create(RunnerSpecSchema), seenMicros: now, left: false, paused: false },
      };
      if (before !== undefined && releaseHeld) releaseAll(before);
      Object.assign(runner, { spec: spec ?? runner.spec, left: false, paused: false, seenMicros: now });
      model.runners.set(`${namespace}/${runnerId}`, runner);
      return { runner: show(runner), created: before === undefined };
    },

    heartbeat({ namespace, runnerId, mode }) {
      const runner = touch(namespace, runnerId);
      if (mode === RunnerMode.ACCEPTING) runner.paused = false;
      if (mode === RunnerMode.PAUSED) runner.paused = true;
      if (mode === RunnerMode.LEAVING) {
        releaseAll(runner);
        runner.left = true;
      }
      return { runner: show(runner), revoked: runner.revoked, time: model.timestamp() };
    },

    async claimJob({ namespace, runnerId }) {
      const runner = touch(namespace, runnerId);
      if (runner.paused || model.heldBy(runner).length >= (runner.spec.slots || 1)) return {};
      const job = best(runner);
      if (job === undefined) return {};
      const attempt = model.claim(job, runner);
      const lease = create(LeaseSchema, {
        ...{ namespace, jobId: job.id, attempt: attempt.number, attemptId: attempt.id, runnerId },
        kind: job.spec?.kind ?? "",
        serial: job.serial,
      });
      Object.assign(lease, { input: job.spec?.input, createTime: job.createTime, claimTime: attempt.claimTime });
      await model.claimDecided();
      return { lease };
    },

    completeJob: ({ namespace, runnerId, attempt, outcome }) =>
      finish(namespace, runnerId, attempt, AttemptState.SUCCEEDED, outcome),

    failJob: ({ namespace, runnerId, attempt, outcome }) =>
      finish(namespace, runnerId, attempt, AttemptState.FAILED, outcome),

    releaseJob({ namespace, runnerId, attempt }) {
      touch(namespace, runnerId);
      const job = heldJob(namespace, runnerId, attempt);
      model.endAttempt(job, AttemptState.RELEASED, Revocation_Reason.UNSPECIFIED);
      return { job: viewOf(job, JobView.PAYLOADS) };
    },

    appendLog({ namespace, runnerId, appends }) {
      // An unknown runner holds nothing; that is all that this call says about it.
      if (model.runners.has(`${namespace}/${runnerId}`)) touch(namespace, runnerId);
      else model.enter();
      const results = appends.map(({ attempt, append }) => {
        try {
          const job = heldJob(namespace, runnerId, attempt);
          const key = `${job.id}/${job.attemptCount}/${append?.stream}`;
          const stream = model.logs.get(key) ?? [];
          model.logs.set(key, stream);
          const entries = append?.content.case === "entries" ? append.content.value.entries : [];
          for (const entry of entries) {
            const kept = create(LogEntrySchema, { ...entry, sequence: BigInt(stream.length) });
            stream.push(
              create(LogRecordSchema, { attempt: job.attemptCount, stream: append?.stream ?? "", entry: kept }),
            );
          }
          return {};
        } catch (error) {
          const reason = reasonOf(error);
          return { reason: ErrorReason[reason], message: (error as Error).message };
        }
      });
      return { results };
    },
  });

  const fleet = route(FleetService, {
    listRunners({ namespace, states, labels, pageSize, pageToken }) {
      model.enter();
      const all = [...model.runners.values()].filter((runner) => runner.namespace === namespace).map(show);
      const fitting = all
        .filter(({ state }) => states.length === 0 || states.includes(state))
        .filter(({ spec }) => Object.entries(labels).every(([name, value]) => spec?.profile?.labels[name] === value))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      const at = Number(pageToken);
      const end = at + (pageSize || 100);
      const nextPageToken = end < fitting.length ? String(end) : "";
      return { runners: fitting.slice(at, end), nextPageToken, total: BigInt(fitting.length) };
    },
    getRunner({ namespace, runnerId }) {
      model.enter();
      return { runner: show(model.runner(namespace, runnerId)) };
    },
  });

  function touch(namespace: string, runnerId: string): ModelRunner {
    const known = model.runners.get(`${namespace}/${runnerId}`);
    model.enter();
    if (known === undefined) return model.runner(namespace, runnerId);
    known.seenMicros = model.now();
    known.left = false;
    return known;
  }

  function releaseAll(runner: ModelRunner): void {
    for (const job of model.heldBy(runner)) model.endAttempt(job, AttemptState.RELEASED, Revocation_Reason.RELEASED);
  }

  function best({ namespace, spec }: ModelRunner): Job | undefined {
    const waiting = [...model.jobs.values()].filter(
      (job) => job.namespace === namespace && job.state === JobState.QUEUED && fits(job, spec.profile),
    );
    const rank = (job: Job) => (job.spec?.order?.rankBy.case === "rank" ? job.spec.order.rankBy.value : 0);
    return waiting.sort((a, b) => rank(a) - rank(b) || Number(a.serial - b.serial))[0];
  }

  /** The job that the runner holds, or the refusal. */
  function heldJob(namespace: string, runnerId: string, ref: AttemptRef | undefined): Job {
    const job = model.job(namespace, ref?.jobId ?? "");
    const ever = job.attempts.some((attempt) => attempt.runnerId === runnerId);
    if (!ever) throw new SwitchyardError("NOT_HOLDER", "the runner never held it");
    if (isFinal(job.state)) throw new SwitchyardError("ALREADY_FINISHED", "it has ended");
    const live = job.state === JobState.RUNNING && job.lastAttempt?.runnerId === runnerId;
    if (!live) throw new SwitchyardError("LEASE_LOST", "the runner holds it no longer");
    return job;
  }

  function finish(
    namespace: string,
    runnerId: string,
    ref: AttemptRef | undefined,
    state: AttemptState,
    outcome: Outcome | undefined,
  ) {
    const runner = touch(namespace, runnerId);
    const known = model.job(namespace, ref?.jobId ?? "");
    const { lastAttempt } = known;
    if (lastAttempt?.runnerId === runnerId && lastAttempt.state === state && isFinal(known.state)) {
      return { job: viewOf(known, JobView.PAYLOADS), repeatedReport: true };
    }
    const job = heldJob(namespace, runnerId, ref);
    model.endAttempt(job, state, Revocation_Reason.UNSPECIFIED, outcome ?? create(OutcomeSchema));
    if (state === AttemptState.SUCCEEDED) runner.completed += 1;
    else runner.failed += 1;
    return { job: viewOf(job, JobView.PAYLOADS) };
  }

  function show(runner: ModelRunner): Runner {
    const held = model.heldBy(runner).map((job) => ({ jobId: job.id, attempt: job.attemptCount }));
    const working = held.length > 0 || runner.paused;
    const state = working ? RunnerState.BUSY : RunnerState.IDLE;
    return create(RunnerSchema, {
      id: runner.id,
      namespace: runner.namespace,
      spec: runner.spec,
      state: model.present(runner) ? state : RunnerState.OFFLINE,
      registerTime: model.timestamp(runner.registerMicros),
      lastSeenTime: model.timestamp(runner.seenMicros),
      held,
      completedCount: BigInt(runner.completed),
      failedCount: BigInt(runner.failed),
      lostCount: BigInt(runner.lost),
      paused: runner.paused,
    });
  }

  return [runners, fleet];
}

function fits(job: Job, profile: RunnerProfile | undefined): boolean {
  const kind = job.spec?.kind ?? "";
  const labels = Object.entries(job.spec?.requiredLabels ?? {});
  const carried = labels.every(([name, value]) => profile?.labels[name] === value);
  return (
    carried &&
    (profile?.kinds ?? []).some(({ by }) => (by.case === "glob" ? globMatches(by.value, kind) : by.value === kind))
  );
}

function globMatches(glob: string, kind: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[\\s\\S]*")
    .replaceAll("?", "[\\s\\S]");
  return new RegExp(`^${pattern}$`).test(kind);
}
