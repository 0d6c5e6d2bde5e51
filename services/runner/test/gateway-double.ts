import { create } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import { jsonPayload } from "@switchyard/client";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { RunnerMode, RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import {
  type Lease,
  LeaseSchema,
  type Outcome,
  Revocation_Reason,
} from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { SwitchyardError } from "@switchyard/errors";
import { createInMemoryTransport, route } from "@switchyard/rpc";

/** A gateway in memory with as much of the contract as executors and pools can notice. */
export function createGatewayDouble() {
  const waiting: Lease[] = [];
  const held = new Map<string, { readonly lease: Lease; readonly runnerId: string; cancel: boolean }>();
  const outcomes = new Map<string, Outcome>();
  const output = new Map<string, string>();
  const present = new Set<string>();
  const names: string[] = [];
  const wakers: (() => void)[] = [];
  let registered = 0;
  let registrations: Promise<void> = Promise.resolve();
  const wake = () => {
    for (const waker of wakers.splice(0)) waker();
  };

  const implementation = route(RunnerService, {
    async registerRunner({ runnerId, spec }) {
      await registrations;
      const id = runnerId || `runner-${++registered}`;
      present.add(id);
      names.push(spec?.name ?? "");
      return { runner: { id } };
    },
    async syncRunner(request, context) {
      const answer = { revision: request.receivedRevision + 1n, timeToLive: durationFromMs(30_000) };
      if (request.mode === RunnerMode.LEAVING) {
        present.delete(request.runnerId);
        return answer;
      }
      const until = performance.now() + durationMs(request.hold ?? durationFromMs(0));
      for (;;) {
        const leases = context.signal.aborted ? [] : waiting.splice(0, request.freeSlots);
        for (const lease of leases) held.set(lease.jobId, { lease, runnerId: request.runnerId, cancel: false });
        const stops = [...held.values()]
          .filter(({ cancel, runnerId }) => cancel && runnerId === request.runnerId)
          .map(({ lease: { jobId, attempt } }) => ({ jobId, attempt, reason: Revocation_Reason.CANCEL_REQUESTED }));
        const left = until - performance.now();
        if (leases.length + stops.length > 0 || left <= 0 || context.signal.aborted)
          return { ...answer, leases, stops };
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wakers.push(resolve);
          timer = setTimeout(resolve, left);
          context.signal.addEventListener("abort", () => resolve(), { once: true });
        });
        clearTimeout(timer);
      }
    },
    async reportAttempts({ reports }) {
      for (const { attempt, report } of reports) {
        if (report.case !== "outcome" || attempt === undefined) continue;
        outcomes.set(attempt.jobId, report.value);
        held.delete(attempt.jobId);
      }
      return { results: reports.map(() => ({})) };
    },
    async appendLog({ appends }) {
      const results = appends.map(({ attempt, append }) => {
        const key = `${attempt?.jobId}/${append?.stream}`;
        if (append?.content.case === "text") {
          output.set(key, (output.get(key) ?? "") + Buffer.from(append.content.value.lines).toString("utf8"));
        }
        return {};
      });
      return { results };
    },
  });

  let pool: { readonly size: number; readonly running: boolean } | undefined;
  const poolChanged: (() => void)[] = [];
  let watches = 0;
  const change = (order: typeof pool) => {
    pool = order;
    for (const wakeWatcher of poolChanged.splice(0)) wakeWatcher();
  };
  const fleet = route(FleetService, {
    async scalePool({ size = 0, running = true, ifNew }) {
      if (!ifNew || pool === undefined) change({ size, running });
      return {};
    },
    async *watchPools(_, context) {
      watches += 1;
      const stopped = new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve()));
      while (!context.signal.aborted) {
        const changed = new Promise<void>((resolve) => poolChanged.push(resolve));
        if (pool === undefined) throw new SwitchyardError("SERVICE_UNAVAILABLE", "the gateway is away");
        yield { size: pool.running ? pool.size : 0 };
        await Promise.race([changed, stopped]);
      }
    },
  });

  return {
    transport: createInMemoryTransport({ routes: [implementation, fleet] }),
    /** Registrations are answered when this settles. */
    holdRegistrations(until: Promise<void>) {
      registrations = until;
    },
    /** Orders a pool; undefined is a gateway that is away for those who watch. */
    orderPool: change,
    get orderedPool() {
      return pool;
    },
    get watches() {
      return watches;
    },
    outcomes,
    held,
    present,
    names,
    output: (jobId: string, stream = "stdout") => output.get(`${jobId}/${stream}`) ?? "",
    submit(jobId: string, input: unknown, kind = "shell.run") {
      const lease = { namespace: "default", jobId, attempt: 1, kind, input: jsonPayload(input) };
      waiting.push(
        create(LeaseSchema, { ...lease, timeToLive: durationFromMs(30_000), stopGrace: durationFromMs(200) }),
      );
      wake();
    },
    cancel(jobId: string) {
      const one = held.get(jobId);
      if (one !== undefined) one.cancel = true;
      wake();
    },
  };
}
