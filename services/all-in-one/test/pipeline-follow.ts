import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { openRun, type okCaller, type RunEvent } from "./pipeline-calls.js";

/** A line as the polls show it. */
export interface LogEntry {
  readonly index: number;
  readonly source: string;
  readonly message: string;
  readonly event?: string;
  readonly prefix?: string;
  readonly model?: string;
  readonly tier?: string;
  readonly cost_usd?: number;
  readonly metadata?: Readonly<Record<string, number>>;
}

/** What somebody has seen who followed a run by events and polled it at once. */
export interface SeenRun {
  /** The lines, as they were written. */
  readonly lines: readonly string[];
  /** The same lines, as the polls show them. */
  readonly entries: readonly LogEntry[];
  readonly events: readonly RunEvent[];
  /** The last poll. */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
  readonly last: any;
  /** The data of the `result` event; undefined where there was none. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly result: any;
  /** The data of the `end` event. */
  readonly end: string;
}

/** How a client of a run reaches it. */
export interface RunPlace {
  readonly base: string;
  readonly ok: ReturnType<typeof okCaller>;
}

const pollEveryMs = 50;

/**
 * Follows and polls a run until both have its end, and checks that both told the same lines, each once and in order.
 *
 * @param stream the path of its events. Default: an operation's
 */
export async function seeRun({ base, ok }: RunPlace, run: string, stream?: string): Promise<SeenRun> {
  const opened = await openRun(`${base}${stream ?? `/api/jobs/operations/${run}/logs`}`);
  const [{ entries, last }] = await Promise.all([poll(ok, run), opened.ended]);
  const { events } = opened;
  const told = events.filter(({ event }) => event === undefined);
  const lines = told.map(({ data }) => data);
  const numbers = [...lines.keys()];
  expect(told.map(({ id }) => Number(id))).toEqual(numbers);
  expect(entries.map(({ index }) => index)).toEqual(numbers);
  expect(last.expected_log_count).toBe(lines.length);
  for (const [index, line] of lines.entries()) expectShownAs(line, entries[index] as LogEntry);
  const result = events.find(({ event }) => event === "result")?.data;
  const end = events.at(-1);
  expect(end?.event).toBe("end");
  expect(end?.data).toBe(last.status);
  return {
    ...{ lines, entries, events, last, end: end?.data ?? "" },
    result: result === undefined ? undefined : JSON.parse(result),
  };
}

/** Polls as the page does, until it would stop. */
async function poll(ok: RunPlace["ok"], run: string) {
  const entries: LogEntry[] = [];
  for (let since = 0; ; ) {
    const page = await ok("GET", `/api/logs/${run}?since=${since}&limit=500`);
    entries.push(...page.logs);
    since = page.next_index;
    const isOver = ["completed", "failed"].includes(page.status);
    if (isOver && since >= (page.expected_log_count ?? page.total_count)) return { entries, last: page };
    await sleep(pollEveryMs);
  }
}

/** A line of JSON keeps its members; another one its text, without what the page shows apart. */
function expectShownAs(line: string, entry: LogEntry): void {
  if (line.startsWith("{")) {
    const { event, model, cost_usd, metadata } = JSON.parse(line);
    expect(entry).toMatchObject(JSON.parse(JSON.stringify({ source: "structured", event, model, cost_usd, metadata })));
  } else if (entry.prefix !== undefined) expect(line).toContain(`${entry.prefix}: {`);
  else expect(line.endsWith(entry.message)).toBe(true);
}
