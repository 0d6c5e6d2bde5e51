import { ConnectError } from "@connectrpc/connect";
import { errorInfo } from "@switchyard/errors";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createFixture, type Fixture, firstSync, ref } from "./fixture.js";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await createFixture();
});
afterAll(() => fixture.close());

type Call = (clients: Fixture) => Promise<unknown>;
const namespace = "ns";
const caller = { namespace, runnerId: "r1" };
const sync = firstSync(namespace, "r1", 0);
const holder = { jobId: "j", by: { case: "holder" as const, value: "somebody-else" } };
const line = { stream: "stdout", content: { case: "raw" as const, value: new Uint8Array(1) } };
const badStream = { kind: Outcome_Kind.SUCCEEDED, streams: [{ stream: "", length: 1n }] };
const start = { case: "start" as const, value: {} };

const cases: readonly (readonly [string, string, Call])[] = [
  ["RegisterRunner", "namespace", ({ runners }) => runners.registerRunner({})],
  ["RegisterRunner", "namespace", ({ runners }) => runners.registerRunner({ namespace: "a\u0000b" })],
  ["RegisterRunner", "mode", ({ runners }) => runners.registerRunner({ namespace, mode: 9 as never })],
  ["RegisterRunner", "runner_id", ({ runners }) => runners.registerRunner({ namespace, runnerId: "r1" })],
  ["RegisterRunner", "runner_id", ({ runners }) => runners.registerRunner({ namespace, mode: 2, runnerId: "-" })],
  ["RegisterRunner", "spec.name", ({ runners }) => runners.registerRunner({ namespace, mode: 3 })],
  ["RegisterRunner", "token_prefix", ({ runners }) => runners.registerRunner({ namespace, tokenPrefix: "a b" })],
  [
    "CheckCredential",
    "token_sha256",
    ({ fleet }) => fleet.checkCredential({ namespace, tokenSha256: Buffer.from("x") }),
  ],
  ["RegisterRunner", "spec.slots", ({ runners }) => runners.registerRunner({ namespace, spec: { slots: 1e6 } })],
  [
    "RegisterRunner",
    "spec.presence",
    ({ runners }) => runners.registerRunner({ namespace, spec: { presence: { seconds: -1n } } }),
  ],
  [
    "RegisterRunner",
    "spec.profile.kinds[0]",
    ({ runners }) => runners.registerRunner({ namespace, spec: { profile: { kinds: [{}] } } }),
  ],
  ["SyncRunner", "runner_id", ({ runners }) => runners.syncRunner({ ...sync, runnerId: "" })],
  ["SyncRunner", "session_id", ({ runners }) => runners.syncRunner({ ...sync, sessionId: "" })],
  ["SyncRunner", "channel", ({ runners }) => runners.syncRunner({ ...sync, channel: 4 })],
  ["SyncRunner", "hold", ({ runners }) => runners.syncRunner({ ...sync, hold: { seconds: 21n } })],
  ["SyncRunner", "received_revision", ({ runners }) => runners.syncRunner({ ...sync, receivedRevision: -1n })],
  ["SyncRunner", "attempts[0].attempt", ({ runners }) => runners.syncRunner({ ...sync, attempts: [{ jobId: "j" }] })],
  ["SyncRunner", "mode", ({ runners }) => runners.syncRunner({ ...sync, mode: 9 as never })],
  ["ReportAttempts", "reports", ({ runners }) => runners.reportAttempts(caller)],
  [
    "ReportAttempts",
    "reports[0].attempt",
    ({ runners }) => runners.reportAttempts({ ...caller, reports: [{ report: start }] }),
  ],
  [
    "ReportAttempts",
    "reports[0].report",
    ({ runners }) => runners.reportAttempts({ ...caller, reports: [{ attempt: ref("j") }] }),
  ],
  [
    "ReportAttempts",
    "reports[0].attempt.holder",
    ({ runners }) => runners.reportAttempts({ ...caller, reports: [{ attempt: holder, report: start }] }),
  ],
  [
    "ReportAttempts",
    "reports[0].outcome.streams[0].stream",
    ({ runners }) =>
      runners.reportAttempts({
        ...caller,
        reports: [{ attempt: ref("j"), report: { case: "outcome", value: badStream } }],
      }),
  ],
  ["AppendLog", "appends", ({ runners }) => runners.appendLog(caller)],
  [
    "AppendLog",
    "appends[0].append",
    ({ runners }) => runners.appendLog({ ...caller, appends: [{ attempt: ref("j") }] }),
  ],
  [
    "AppendLog",
    "appends[0].append.stream",
    ({ runners }) =>
      runners.appendLog({ ...caller, appends: [{ attempt: ref("j"), append: { ...line, stream: "" } }] }),
  ],
  [
    "AppendLog",
    "appends[0].append.content",
    ({ runners }) => runners.appendLog({ ...caller, appends: [{ attempt: ref("j"), append: { stream: "s" } }] }),
  ],
  ["ReplaceLogText", "stream", ({ runners }) => runners.replaceLogText({ ...caller, attempt: ref("j") })],
  ["ReplaceLogText", "attempt", ({ runners }) => runners.replaceLogText({ ...caller, stream: "s" })],
  ["ClaimJob", "runner_id", ({ runners }) => runners.claimJob({ namespace })],
  ["ClaimJob", "wait", ({ runners }) => runners.claimJob({ ...caller, wait: { seconds: 25n } })],
  ["Heartbeat", "mode", ({ runners }) => runners.heartbeat({ ...caller, mode: 9 as never })],
  ["Heartbeat", "running_job_ids[0]", ({ runners }) => runners.heartbeat({ ...caller, runningJobIds: [""] })],
  ["CompleteJob", "attempt", ({ runners }) => runners.completeJob(caller)],
  [
    "CompleteJob",
    "outcome.streams[0].stream",
    ({ runners }) => runners.completeJob({ ...caller, attempt: ref("j"), outcome: badStream }),
  ],
  ["FailJob", "attempt.job_id", ({ runners }) => runners.failJob({ ...caller, attempt: ref("") })],
  ["ReleaseJob", "attempt.attempt", ({ runners }) => runners.releaseJob({ ...caller, attempt: ref("j", 0) })],
  ["ListRunners", "namespace", ({ fleet }) => fleet.listRunners({})],
  ["ListRunners", "page_size", ({ fleet }) => fleet.listRunners({ namespace, pageSize: 1_001 })],
  ["ListRunners", "states", ({ fleet }) => fleet.listRunners({ namespace, states: [9 as never] })],
  ["GetRunner", "runner_id", ({ fleet }) => fleet.getRunner({ namespace })],
  ["DrainRunner", "runner_id", ({ fleet }) => fleet.drainRunner({ namespace, runnerId: "a b" })],
  ["RevokeRunner", "namespace", ({ fleet }) => fleet.revokeRunner({ runnerId: "r1" })],
  ["IssueCredential", "prefix", ({ fleet }) => fleet.issueCredential({ ...caller, prefix: "a b" })],
  [
    "IssueCredential",
    "expire_time",
    ({ fleet }) => fleet.issueCredential({ ...caller, expireTime: { seconds: 1n << 60n } }),
  ],
  ["GetPool", "namespace", ({ fleet }) => fleet.getPool({})],
  ["ScalePool", "size", ({ fleet }) => fleet.scalePool({ namespace, size: 51 })],
  [
    "WatchPools",
    "namespaces",
    async ({ fleet }) => {
      for await (const pool of fleet.watchPools({ namespaces: [""] })) return pool;
      return undefined;
    },
  ],
];

it.each(cases)("%s refuses a bad %s with INVALID_ARGUMENT", async (_rpc, field, call) => {
  const error = await call(fixture).then(
    (answer) => answer,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConnectError);
  expect(errorInfo(error as ConnectError)).toMatchObject({ reason: "INVALID_ARGUMENT", metadata: { field } });
});

it("refuses too many bytes with PAYLOAD_TOO_LARGE and the limit", async () => {
  const data = new Uint8Array(64 * 1024 + 1);
  const calls = [
    fixture.runners.registerRunner({ namespace, spec: { attributes: { data } } }),
    fixture.runners.claimJob({ ...caller, claimInfo: data }),
  ];
  for (const result of await Promise.allSettled(calls)) {
    expect(result.status === "rejected" && errorInfo(result.reason)?.reason).toBe("PAYLOAD_TOO_LARGE");
  }
});

it("knows no runner that is not registered", async () => {
  const calls = [
    fixture.runners.syncRunner(sync),
    fixture.runners.claimJob(caller),
    fixture.runners.heartbeat(caller),
    fixture.fleet.getRunner(caller),
    fixture.fleet.drainRunner(caller),
    fixture.fleet.revokeRunner(caller),
    fixture.fleet.issueCredential(caller),
  ];
  for (const result of await Promise.allSettled(calls)) {
    expect(result.status === "rejected" && errorInfo(result.reason)?.reason).toBe("RUNNER_NOT_FOUND");
  }
});
