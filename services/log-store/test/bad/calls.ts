import type { Client } from "@connectrpc/connect";
import type { LogStreamRefSchema } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type {
  ListLogsRequestSchema,
  LogFilterSchema,
  LogService,
  ReadLogRequestSchema,
  SealTargetSchema,
  SetLogRetentionRequestSchema,
  TailLogRequestSchema,
} from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { namespace } from "../log-bundle.js";
import { type Init, long, tooFar, tooLargeAttempt, wide, year10000 } from "./odd-values.js";

// Reads, tails, searches, seals and deletions that the contract forbids, as data. What `read.test.ts` and `search.test.ts` have is not repeated.

type Logs = Client<typeof LogService>;
type Ref = Init<typeof LogStreamRefSchema>;
type Filter = Init<typeof LogFilterSchema>;

/** A call that must be refused. */
export interface BadCall {
  readonly name: string;
  /** The field that the refusal must name. */
  readonly field: string;
  /** Makes the call, about a job that has a stream `stdout`. */
  readonly call: (logs: Logs, job: string) => Promise<unknown>;
}

const ref = (jobId: string, more: Ref = {}) => ({ namespace, jobId, attempt: 1, stream: "stdout", ...more });

async function drain(answers: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of answers);
}

const onStreams: Readonly<Record<string, (logs: Logs, stream: { readonly stream?: Ref }) => Promise<unknown>>> = {
  readLog: (logs, stream) => logs.readLog(stream),
  tailLog: (logs, stream) => drain(logs.tailLog(stream)),
  searchLogs: (logs, stream) => drain(logs.searchLogs({ ...stream, filter: { contains: "a" } })),
  replaceLogText: (logs, stream) => logs.replaceLogText({ ...stream, text: "bad" }),
  downloadLog: (logs, stream) => drain(logs.downloadLog(stream)),
};

const badRefs: readonly (readonly [string, string, (job: string) => { readonly stream?: Ref }])[] = [
  ["no reference", "stream", () => ({})],
  ["no namespace", "stream.namespace", (job) => ({ stream: ref(job, { namespace: "" }) })],
  ["a tab in the namespace", "stream.namespace", (job) => ({ stream: ref(job, { namespace: "a\tb" }) })],
  ["no job", "stream.job_id", () => ({ stream: ref("") })],
  ["a long job id", "stream.job_id", () => ({ stream: ref(wide) })],
  ["NUL in the stream", "stream.stream", (job) => ({ stream: ref(job, { stream: "a\u0000" }) })],
  ["a long stream", "stream.stream", (job) => ({ stream: ref(job, { stream: long }) })],
  ["a stream of no attempt", "stream.attempt", (job) => ({ stream: ref(job, { attempt: 0 }) })],
  ["an attempt beyond the largest", "stream.attempt", (job) => ({ stream: ref(job, { attempt: tooLargeAttempt }) })],
];

const filtering: Readonly<Record<string, (logs: Logs, job: string, filter: Filter) => Promise<unknown>>> = {
  readLog: (logs, job, filter) => logs.readLog({ stream: ref(job), filter }),
  tailLog: (logs, job, filter) => drain(logs.tailLog({ stream: ref(job), filter })),
  searchLogs: (logs, job, filter) => drain(logs.searchLogs({ stream: ref(job), filter: { contains: "a", ...filter } })),
};

const badFilters: readonly (readonly [string, string, Filter])[] = [
  ["eleven levels", "filter.levels", { levels: Array.from({ length: 11 }, () => 1) }],
  ["a long text", "filter.contains", { contains: "x".repeat(1_001) }],
  ["a back reference", "filter.regex", { regex: "(a+)\\1" }],
  ["a look behind", "filter.regex", { regex: "(?<!a)b" }],
  ["half a group", "filter.regex", { regex: "a)" }],
  ["a flag that nobody knows", "filter.regex", { regex: "(?x)a" }],
  ["escapes beside (?i)", "filter.regex", { regex: "(?i)\\x41" }],
  ["a time after the year 9999", "filter.after_time", { afterTime: year10000 }],
  ["a time before the year 1", "filter.before_time", { beforeTime: { seconds: -62_135_596_801n, nanos: 0 } }],
];

const reading =
  (request: Init<typeof ReadLogRequestSchema>): BadCall["call"] =>
  (logs, job) =>
    logs.readLog({ stream: ref(job), ...request });
const tailing =
  (request: Init<typeof TailLogRequestSchema>): BadCall["call"] =>
  (logs, job) =>
    drain(logs.tailLog({ stream: ref(job), ...request }));
const listing =
  (request: Init<typeof ListLogsRequestSchema>): BadCall["call"] =>
  (logs, jobId) =>
    logs.listLogs({ namespace, jobId, ...request });
/** Behind a good one: a call seals all of its targets or none. */
const sealing =
  (bad: Init<typeof SealTargetSchema>): BadCall["call"] =>
  (logs, jobId) =>
    logs.sealLog({
      namespace,
      targets: [
        { jobId, which: attempt(1) },
        { jobId, which: attempt(1), ...bad },
      ],
    });
const keeping =
  (bad: Init<typeof SetLogRetentionRequestSchema>): BadCall["call"] =>
  (logs) =>
    logs.setLogRetention({ namespace, ...bad });
const attempt = (value: number) => ({ case: "attempt" as const, value });
const before = (value: number) => ({ case: "beforeAttempt" as const, value });
const finalLength = (length: bigint, stream = "stdout") => ({ stream, length });

/** All of them. */
export const badCalls: readonly BadCall[] = [
  ...Object.entries(onStreams).flatMap(([method, call]) =>
    badRefs.map(([name, field, stream]) => ({
      name: `${method}: ${name}`,
      field,
      call: (logs: Logs, job: string) => call(logs, stream(job)),
    })),
  ),
  ...Object.entries(filtering).flatMap(([method, call]) =>
    badFilters.map(([name, field, filter]) => ({
      name: `${method}: ${name}`,
      field,
      call: (logs: Logs, job: string) => call(logs, job, filter),
    })),
  ),
  {
    name: "replaceLogText: no stream",
    field: "stream.stream",
    call: (logs, job) => logs.replaceLogText({ stream: ref(job, { stream: "" }), text: "bad" }),
  },
  {
    name: "readLog: from a negative number",
    field: "from_sequence",
    call: reading({ from: { case: "fromSequence", value: -1n } }),
  },
  {
    name: "readLog: from a number beyond the largest",
    field: "from_sequence",
    call: reading({ from: { case: "fromSequence", value: tooFar } }),
  },
  {
    name: "readLog: from the year 10000",
    field: "from_time",
    call: reading({ from: { case: "fromTime", value: year10000 } }),
  },
  { name: "readLog: before a negative number", field: "before_sequence", call: reading({ beforeSequence: -1n }) },
  {
    name: "readLog: before a number beyond the largest",
    field: "before_sequence",
    call: reading({ beforeSequence: tooFar }),
  },
  {
    name: "downloadLog: no stream",
    field: "stream.stream",
    call: (logs, job) => drain(logs.downloadLog({ stream: ref(job, { stream: "" }) })),
  },
  {
    name: "downloadLog: from a negative number",
    field: "from_sequence",
    call: (logs, job) => drain(logs.downloadLog({ stream: ref(job), fromSequence: -1n })),
  },
  { name: "tailLog: all attempts", field: "stream.attempt", call: tailAllAttempts },
  { name: "tailLog: from a negative number", field: "from_sequence", call: tailing({ fromSequence: -1n }) },
  {
    name: "tailLog: from a number beyond the largest",
    field: "from_sequence",
    call: tailing({ fromSequence: tooFar }),
  },
  { name: "tailLog: more than the last 10,000", field: "last", call: tailing({ last: 10_001 }) },
  { name: "listLogs: no job", field: "job_id", call: listing({ jobId: "" }) },
  { name: "listLogs: no namespace", field: "namespace", call: listing({ namespace: "" }) },
  { name: "listLogs: an attempt beyond the largest", field: "attempt", call: listing({ attempt: tooLargeAttempt }) },
  { name: "listLogs: a large page", field: "page_size", call: listing({ pageSize: 1_001 }) },
  { name: "sealLog: no job", field: "targets.job_id", call: sealing({ jobId: "" }) },
  { name: "sealLog: no attempt", field: "targets.which", call: sealing({ which: { case: undefined } }) },
  { name: "sealLog: attempt 0", field: "targets.attempt", call: sealing({ which: attempt(0) }) },
  {
    name: "sealLog: an attempt beyond the largest",
    field: "targets.attempt",
    call: sealing({ which: attempt(tooLargeAttempt) }),
  },
  { name: "sealLog: all before attempt 0", field: "targets.before_attempt", call: sealing({ which: before(0) }) },
  {
    name: "sealLog: lengths of many attempts",
    field: "targets.lengths",
    call: sealing({ which: before(2), lengths: [finalLength(5n)] }),
  },
  { name: "sealLog: many empty attempts", field: "targets.empty", call: sealing({ which: before(2), empty: true }) },
  {
    name: "sealLog: an empty attempt with lengths",
    field: "targets.empty",
    call: sealing({ empty: true, lengths: [finalLength(0n)] }),
  },
  {
    name: "sealLog: a negative length",
    field: "targets.lengths.length",
    call: sealing({ lengths: [finalLength(-1n)] }),
  },
  {
    name: "sealLog: a length beyond the largest",
    field: "targets.lengths.length",
    call: sealing({ lengths: [finalLength(tooFar)] }),
  },
  {
    name: "sealLog: a length of no stream",
    field: "targets.lengths.stream",
    call: sealing({ lengths: [finalLength(5n, "")] }),
  },
  {
    name: "sealLog: a thousand and one lengths",
    field: "targets.lengths",
    call: sealing({ lengths: Array.from({ length: 1_001 }, (_, i) => finalLength(5n, `s${i}`)) }),
  },
  {
    name: "sealLog: a thousand and one targets",
    field: "targets",
    call: (logs, jobId) =>
      logs.sealLog({ namespace, targets: Array.from({ length: 1_001 }, () => ({ jobId, which: attempt(1) })) }),
  },
  {
    name: "sealLog: no namespace",
    field: "namespace",
    call: (logs, jobId) => logs.sealLog({ namespace: "", targets: [{ jobId, which: attempt(1) }] }),
  },
  { name: "setLogRetention: no namespace", field: "namespace", call: keeping({ namespace: "" }) },
  {
    name: "setLogRetention: a negative age",
    field: "max_age",
    call: keeping({ maxAge: { seconds: -1n, nanos: 0 } }),
  },
  {
    name: "setLogRetention: an age beyond all numbers",
    field: "max_age",
    call: keeping({ maxAge: { seconds: 2n ** 62n, nanos: 0 } }),
  },
  { name: "setLogRetention: negative bytes", field: "max_bytes", call: keeping({ maxBytes: -1n }) },
  { name: "setLogRetention: too many bytes", field: "max_bytes", call: keeping({ maxBytes: tooFar }) },
  { name: "setLogRetention: a negative limit", field: "limit_bytes", call: keeping({ limitBytes: -1n }) },
  {
    name: "deleteLogs: a job without a name behind a good one",
    field: "job_ids",
    call: (logs, job) => logs.deleteLogs({ namespace, jobIds: [job, ""] }),
  },
  {
    name: "deleteLogs: a thousand and one jobs",
    field: "job_ids",
    call: (logs, job) => logs.deleteLogs({ namespace, jobIds: Array.from({ length: 1_001 }, () => job) }),
  },
  {
    name: "deleteLogs: no namespace",
    field: "namespace",
    call: (logs, job) => logs.deleteLogs({ namespace: "", jobIds: [job] }),
  },
];

function tailAllAttempts(logs: Logs, job: string): Promise<void> {
  return drain(logs.tailLog({ stream: ref(job, { attempt: 0, stream: "" }) }));
}
