import type { LogAppendSchema, LogEntrySchema, LogTextSchema } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { StreamAppendSchema } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { text } from "../log-bundle.js";
import { badNames, type Init, long, tooFar, tooLargeAttempt, utf8, wide, year10000 } from "./odd-values.js";

// Appends that the contract forbids, as data. What `append.test.ts` and `secrets.test.ts` have is not repeated.

type Append = Init<typeof StreamAppendSchema>;

/** An append that must be refused, and its neighbours in the same call must not. */
export interface BadAppend {
  readonly name: string;
  /** What the refusal must begin with. */
  readonly field: string;
  /** Made for a job without logs. */
  readonly append: (job: string) => Append;
}

const of = (more: Append) => (jobId: string) => ({
  ...{ jobId, attempt: 1, append: { stream: "stdout", ...text("bad\n") } },
  ...more,
});
const writing = (more: Init<typeof LogAppendSchema>) => of({ append: { stream: "stdout", ...text("bad\n"), ...more } });
/** Of the enums other programs may send any number. */
type Lax<T> = Omit<T, "level" | "type"> & { readonly level?: number; readonly type?: number };
const lines = (more: Lax<Init<typeof LogTextSchema>>) =>
  writing({ content: { case: "text", value: { lines: utf8("bad\n"), ...(more as Init<typeof LogTextSchema>) } } });
/** Behind a good one: an append is taken or refused as a whole. */
const entry = (bad: Lax<Init<typeof LogEntrySchema>>) =>
  writing({
    content: { case: "entries", value: { entries: [{ message: "good" }, bad as Init<typeof LogEntrySchema>] } },
  });

/** All of them. */
export const badAppends: readonly BadAppend[] = [
  ...badNames.flatMap(([name, value]) => [
    { name: `${name} in the job id`, field: "job_id", append: of({ jobId: value }) },
    { name: `${name} in the stream`, field: "append.stream", append: writing({ stream: value }) },
  ]),
  { name: "nothing to append", field: "append", append: (jobId) => ({ jobId, attempt: 1 }) },
  { name: "no stream", field: "append.stream", append: writing({ stream: "" }) },
  { name: "an attempt beyond the largest", field: "attempt", append: of({ attempt: tooLargeAttempt }) },
  {
    name: "a sequence number beyond the largest",
    field: "append.expected_sequence",
    append: writing({ expectedSequence: tooFar, allowGap: true }),
  },
  { name: "text of an unknown level", field: "text.level", append: lines({ level: 6 }) },
  { name: "text of a negative level", field: "text.level", append: lines({ level: -1 }) },
  { name: "text with a long source", field: "text.source", append: lines({ source: wide }) },
  { name: "text of the year 10000", field: "text.time", append: lines({ time: year10000 }) },
  { name: "text with negative nanos", field: "text.time", append: lines({ time: { seconds: 1n, nanos: -1 } }) },
  { name: "text with nanos of a second", field: "text.time", append: lines({ time: { seconds: 1n, nanos: 1e9 } }) },
  { name: "an entry of an unknown type", field: "entries.type", append: entry({ type: 5 }) },
  { name: "an entry of a negative type", field: "entries.type", append: entry({ type: -1 }) },
  { name: "an entry with a long source", field: "entries.source", append: entry({ source: long }) },
  { name: "an entry of the year 10000", field: "entries.time", append: entry({ time: year10000 }) },
  { name: "bytes beside a message", field: "entries.data", append: entry({ message: "m", data: utf8("d") }) },
  { name: "fields that are no JSON", field: "entries.fields", append: entry({ fields: utf8("{") }) },
  { name: "fields that are null", field: "entries.fields", append: entry({ fields: utf8("null") }) },
  {
    name: "fields that are no UTF-8",
    field: "entries.fields",
    append: entry({ fields: Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) }),
  },
  {
    name: "fields of more than 64 KiB",
    field: "entries.fields",
    append: entry({ fields: utf8(`{"a":"${"x".repeat(64 * 1024)}"}`) }),
  },
];
