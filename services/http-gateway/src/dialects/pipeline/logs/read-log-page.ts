import { isFinalState } from "@switchyard/client";
import type { PipelineContext } from "../context.js";
import { readRun } from "../runs/read-run.js";
import { factsOf } from "../runs/run-facts.js";
import { operationStatusOf } from "../vocabulary.js";
import type { LogEntry } from "./log-entry.js";
import { parseLine } from "./parse-line.js";
import type { RunFeed } from "./run-feed.js";
import { readLines, type RunLine } from "./run-lines.js";

/** A stretch of a run's log, as those who poll get it. */
export interface LogPage {
  readonly logs: readonly ({ readonly index: number } & LogEntry)[];
  readonly next_index: number;
  readonly total_count: number;
  readonly expected_log_count: number | null;
  readonly status: string;
  readonly layer_status: object;
  readonly error: string | null;
  readonly langsmith_url: null;
}

/** Where a page begins and how many lines it has at most. */
export interface LogWindow {
  readonly since: number;
  readonly limit: number;
}

/**
 * Reads a page of a run's log. The run is read before its lines: once it says that it has ended, all of them are there, and
 * `expected_log_count` is their number. A run that goes on is watched for those who come again soon, so that a thousand
 * polls a second are answered from memory.
 *
 * @throws PipelineError 404
 */
export async function readLogPage(
  context: Pick<PipelineContext, "core" | "config" | "feeds">,
  runId: string,
  window: LogWindow,
): Promise<LogPage> {
  const feed = context.feeds.ask(runId);
  if (feed !== undefined && window.since <= feed.lineCount) return pageOfFeed(feed, window);
  const run = await readRun(context, runId, `Run ${runId} not found`);
  const { state, isOver, layers, error } = factsOf(run);
  if (run.isCurrent && !isFinalState(run.job.state)) context.feeds.keep(run);
  const { lines, total } = await readLines(context, run, window.since, window.limit);
  return {
    ...linesPart(lines, window, total),
    expected_log_count: isOver ? total : null,
    status: operationStatusOf(state),
    layer_status: layers,
    error,
    langsmith_url: null,
  };
}

async function pageOfFeed(feed: RunFeed, window: LogWindow): Promise<LogPage> {
  const { state, lineCount, layers } = feed;
  const lines = await feed.linesFrom(window.since);
  return {
    ...linesPart(lines.slice(0, window.limit), window, lineCount),
    expected_log_count: null,
    // The end is told once the last line is known.
    status: isFinalState(state) ? "running" : operationStatusOf(state),
    layer_status: layers === undefined ? {} : (JSON.parse(layers) as object),
    error: null,
    langsmith_url: null,
  };
}

function linesPart(lines: readonly RunLine[], { since }: LogWindow, total: number) {
  const last = lines.at(-1);
  return {
    logs: lines.map(({ index, text }) => ({ index, ...parseLine(text) })),
    // Numbers of lines that were lost are passed over, lest a client waits for them.
    next_index: last === undefined ? Math.max(since, total) : last.index + 1,
    total_count: Math.max(total, (last?.index ?? -1) + 1),
  };
}
