import { create, toBinary } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import type { Transport } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import type { LogEntry } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import {
  AppendLogRequestSchema,
  RunnerMode,
  RunnerService,
  type SyncRunnerRequest,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import {
  type Lease,
  LeaseSchema,
  type Outcome,
  Revocation_Reason,
} from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { createInMemoryTransport, route } from "@switchyard/rpc";
import { createNotifier } from "../src/notifier.js";

/** A call that the double is asked to spoil. */
type Fault = "lose-answer" | "unavailable" | "internal" | "revoked";
type Method = "syncRunner" | "reportAttempts" | "appendLog" | "registerRunner";

interface Held {
  readonly lease: Lease;
  stop: Revocation_Reason | undefined;
}

/** A gateway in memory that follows the contract: levels, unreceived answers, fences, expected sequences. */
export function createGatewayDouble({ ttlMs = 30_000 }: { ttlMs?: number } = {}) {
  const changed = createNotifier();
  const waiting: Lease[] = [];
  const held = new Map<string, Held>();
  /** Attempts that were taken away; told until an answer that told of them is confirmed. */
  const revoked = new Map<string, { jobId: string; attempt: number; reason: Revocation_Reason }>();
  const told = new Map<number, { revision: bigint; keys: string[] }>();
  const outcomes = new Map<string, Outcome>();
  const entries = new Map<string, string[]>();
  const faults = new Map<Method, Fault[]>();
  const unreceived = new Map<number, { revision: bigint; leases: Lease[] }>();
  const syncs: SyncRunnerRequest[] = [];
  const calls = { syncRunner: 0, reportAttempts: 0, appendLog: 0, registerRunner: 0 };
  const starts: string[] = [];
  const progress: { key: string; current: number | undefined; message: string | undefined }[] = [];
  let drain = false;
  let blackout = false;
  let revision = 0n;
  let largestAppend = 0;
  let leaving = false;

  const keyOf = (jobId: string, attempt: number) => `${jobId}/${attempt}`;
  const refOf = (ref: { jobId: string; by: { case?: string | undefined; value?: unknown } } | undefined) =>
    keyOf(ref?.jobId ?? "", Number(ref?.by.value ?? 0));
  const before = (method: Method) => {
    calls[method]++;
    if (blackout) throw new SwitchyardError("SERVICE_UNAVAILABLE", "blackout");
    const next = faults.get(method)?.[0];
    if (next === "lose-answer") return;
    if (next !== undefined) faults.get(method)?.shift();
    if (next === "unavailable") throw new SwitchyardError("SERVICE_UNAVAILABLE", "fault");
    if (next === "revoked") throw new SwitchyardError("TOKEN_REVOKED", "fault");
    if (next === "internal") throw new SwitchyardError("INTERNAL", "fault");
  };
  const after = <T>(method: Method, answer: T): T => {
    if (faults.get(method)?.[0] === "lose-answer") {
      faults.get(method)?.shift();
      throw new SwitchyardError("SERVICE_UNAVAILABLE", "the answer was lost");
    }
    return answer;
  };

  const implementation = route(RunnerService, {
    async registerRunner(request) {
      before("registerRunner");
      return after("registerRunner", { runner: { id: request.runnerId || "runner-1", spec: request.spec ?? {} } });
    },
    async syncRunner(request, context) {
      before("syncRunner");
      syncs.push(request);
      if (request.mode === RunnerMode.LEAVING) {
        leaving = true;
        return { revision: ++revision };
      }
      const mine = unreceived.get(request.channel);
      if (mine !== undefined && mine.revision === request.receivedRevision) unreceived.delete(request.channel);
      const heard = told.get(request.channel);
      if (heard?.revision === request.receivedRevision) for (const key of heard.keys) revoked.delete(key);
      const aborted = new Promise<void>((resolve) => {
        context.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      const until = performance.now() + (request.hold === undefined ? 0 : durationMs(request.hold));
      const named = new Set(request.attempts.map(refOf));
      for (;;) {
        const owed = unreceived.get(request.channel)?.leases ?? [];
        const others = [...unreceived].filter(([channel]) => channel !== request.channel).flatMap(([, u]) => u.leases);
        const known = new Set([...named, ...[...owed, ...others].map((l) => keyOf(l.jobId, l.attempt))]);
        const unnamed = request.complete
          ? [...held].filter(([key]) => !known.has(key)).map(([, { lease }]) => lease)
          : [];
        const room = Math.max(0, request.freeSlots - owed.length);
        const fresh = request.mode === RunnerMode.PAUSED ? [] : waiting.splice(0, room);
        for (const lease of fresh) held.set(keyOf(lease.jobId, lease.attempt), { lease, stop: undefined });
        const asked = [...held]
          .filter(([, { stop }]) => stop !== undefined)
          .map(([, { lease, stop }]) => ({
            jobId: lease.jobId,
            attempt: lease.attempt,
            reason: stop as Revocation_Reason,
          }));
        const stops = [...asked, ...revoked.values()];
        const leases = [...owed, ...unnamed, ...fresh];
        const over = performance.now() >= until || context.signal.aborted;
        if (leases.length > 0 || stops.length > 0 || drain || over) {
          revision++;
          told.set(request.channel, { revision, keys: [...revoked.keys()] });
          if (owed.length + fresh.length > 0) {
            unreceived.set(request.channel, { revision, leases: [...owed, ...fresh] });
          }
          return after("syncRunner", { revision, leases, stops, drain, timeToLive: durationFromMs(ttlMs) });
        }
        let timer: NodeJS.Timeout | undefined;
        const timeout = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, until - performance.now());
        });
        await Promise.race([changed.changed(), timeout, aborted]);
        clearTimeout(timer);
        if (blackout) throw new SwitchyardError("SERVICE_UNAVAILABLE", "blackout");
      }
    },
    async reportAttempts(request) {
      before("reportAttempts");
      const results = request.reports.map(({ attempt, report }) => {
        const key = refOf(attempt);
        if (report.case === "outcome" && outcomes.get(key)?.kind === report.value.kind) return { repeatedReport: true };
        if (!held.has(key)) return { reason: ErrorReason.LEASE_LOST, message: "lost" };
        if (report.case === "start") starts.push(key);
        if (report.case === "progress") {
          progress.push({ key, current: report.value.progress?.current, message: report.value.progress?.message });
        }
        if (report.case === "outcome") {
          if (double.refuseToFront && report.value.toFront) {
            return { reason: ErrorReason.UNIMPLEMENTED, message: "to_front is not served" };
          }
          if ((report.value.result?.data.length ?? 0) > 1_000_000) {
            return { reason: ErrorReason.PAYLOAD_TOO_LARGE, message: "the result is too large" };
          }
          outcomes.set(key, report.value);
          held.delete(key);
        }
        return {};
      });
      changed.notify();
      return after("reportAttempts", { results });
    },
    async appendLog(request) {
      before("appendLog");
      largestAppend = Math.max(largestAppend, toBinary(AppendLogRequestSchema, request).length);
      const results = request.appends.map(({ attempt, append }) => {
        const key = refOf(attempt);
        if (!held.has(key)) return { reason: ErrorReason.LEASE_LOST, message: "lost" };
        const name = `${key}/${append?.stream}`;
        const stream = entries.get(name) ?? [];
        entries.set(name, stream);
        const expected = Number(append?.expectedSequence ?? stream.length);
        if (expected > stream.length) return { reason: ErrorReason.SEQUENCE_MISMATCH, message: "gap" };
        const added = textsOf(append?.content as never);
        if (expected === stream.length) stream.push(...added);
        changed.notify();
        return { firstSequence: BigInt(expected), nextSequence: BigInt(stream.length) };
      });
      return after("appendLog", { results });
    },
  });

  const double = {
    /** Refuses releases that ask for the front of the queue. */
    refuseToFront: false,
    transport: createInMemoryTransport({ routes: [implementation] }) as Transport,
    waiting,
    held,
    outcomes,
    entries,
    syncs,
    calls,
    starts,
    progress,
    get largestAppend() {
      return largestAppend;
    },
    get left() {
      return leaving;
    },
    /** Queues a job whose lease is handed to the next runner that asks. */
    submit(jobId: string, lease: Partial<Omit<Lease, "$typeName">> & { input?: Lease["input"] } = {}, attempt = 1) {
      waiting.push(
        create(LeaseSchema, {
          namespace: "default",
          jobId,
          attempt,
          kind: "test.kind",
          timeToLive: durationFromMs(ttlMs),
          ...lease,
        } as never),
      );
      changed.notify();
    },
    /** States a stop, again and again until the attempt has ended. */
    revoke(jobId: string, reason: Revocation_Reason, attempt = 1) {
      const one = held.get(keyOf(jobId, attempt));
      if (one !== undefined && reason === Revocation_Reason.CANCEL_REQUESTED) one.stop = reason;
      else if (held.delete(keyOf(jobId, attempt))) revoked.set(keyOf(jobId, attempt), { jobId, attempt, reason });
      changed.notify();
    },
    /** Forgets an attempt, as after a lost lease. */
    forget(jobId: string, attempt = 1) {
      held.delete(keyOf(jobId, attempt));
    },
    spoil(method: Method, ...next: Fault[]) {
      faults.set(method, [...(faults.get(method) ?? []), ...next]);
    },
    setBlackout(on: boolean) {
      blackout = on;
      changed.notify();
    },
    setDrain(on: boolean) {
      drain = on;
      changed.notify();
    },
    text: (jobId: string, stream: string, attempt = 1) => entries.get(`${keyOf(jobId, attempt)}/${stream}`) ?? [],
  };
  return double;
}

function textsOf(
  content:
    | { case: "text"; value: { lines: Uint8Array } }
    | { case: "entries"; value: { entries: LogEntry[] } }
    | { case: undefined },
): string[] {
  if (content.case === "entries") return content.value.entries.map(({ message }) => message);
  if (content.case !== "text") return [];
  const text = Buffer.from(content.value.lines).toString("utf8");
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
