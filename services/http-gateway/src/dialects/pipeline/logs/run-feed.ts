import { setImmediate } from "node:timers/promises";
import { followJob } from "@switchyard/client";
import { lineStream } from "@switchyard/pipeline-model";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { CoreAccess } from "../core-access.js";
import { findRun, type Run } from "../runs/read-run.js";
import { factsOf, layersOf, type RunFacts } from "../runs/run-facts.js";
import { createLineRing } from "./line-ring.js";
import { createReaderTurns } from "./reader-turns.js";
import { countLines, type LinePart, linePartsOf, readPart, type RunLine } from "./run-lines.js";

/** A run as it goes on: one source for any number of readers. */
export interface RunFeed {
  /** Lines that are known so far. */
  readonly lineCount: number;
  /** Where the run's job stands. */
  readonly state: JobState;
  /** The layers as JSON, written once for all readers; undefined while there are none. */
  readonly layers: string | undefined;
  /** How the run ended, once its last line is known; undefined before. */
  readonly end: RunFacts | undefined;
  /** The run was deleted while it was followed. */
  readonly isGone: boolean;
  /** Reads lines from an index on: those in memory, else a page of the log store. None where none is known. */
  linesFrom(index: number): Promise<readonly RunLine[]>;
  /**
   * Settles at the next change, when the wait is over, or when the signal fires.
   *
   * @throws what broke the source
   */
  change(waitMs: number, signal: AbortSignal): Promise<void>;
}

/** A feed with the end of its source. */
export interface OwnedRunFeed extends RunFeed {
  /** Nobody reads any more. */
  close(): void;
}

/** After so many lines the readers get a turn, lest a long log runs away from all of them. */
const linesPerTurn = 256;
const linesPerPage = 1000;

/** What a feed works with. */
export interface RunFeedDeps extends CoreAccess {
  /** Fires when the gateway ends. */
  readonly stopping: AbortSignal;
  /** The least time between two turns of the readers, in milliseconds. */
  readonly paceMs: () => number;
}

/**
 * Follows a run. The source is read as fast as it comes; who is slower than what is kept in memory reads from the log store
 * and catches up, so that neither a long log nor a slow reader costs memory.
 */
export function createRunFeed(context: RunFeedDeps, run: Run): OwnedRunFeed {
  const { core, config, stopping, paceMs } = context;
  const over = new AbortController();
  const ring = createLineRing();
  const parts: Pick<LinePart, "attempt" | "base">[] = [];
  const turns = createReaderTurns(paceMs);
  let lineCount = 0;
  let state = run.job.state;
  let layers: string | undefined;
  let end: RunFacts | undefined;
  let isGone = false;
  let failure: { readonly error: unknown } | undefined;

  const setLayers = (view: RunFacts["layers"]) => {
    layers = Object.keys(view).length === 0 ? layers : JSON.stringify(view);
  };
  const takeLine = ({ attempt, entry }: LogRecord) => {
    if (entry === undefined) return;
    let part = parts.at(-1);
    if (part?.attempt !== attempt) {
      part = { attempt, base: lineCount };
      parts.push(part);
    }
    ring.add({ index: part.base + Number(entry.sequence), text: entry.message });
    lineCount = ring.end;
  };

  /** A run that was begun anew under another id: nothing of it changes any more. */
  async function readEarlier(): Promise<void> {
    parts.push(...(await linePartsOf(context, run)));
    lineCount = await countLines(context, run);
    setLayers(factsOf(run).layers);
    end = factsOf(run);
    turns.wakeNow();
  }

  async function read(): Promise<void> {
    setLayers(factsOf(run).layers);
    const updates = followJob(core, {
      ...{ namespace: config.namespace, jobId: run.job.id, stream: lineStream, includeProgress: true },
      firstAttempt: run.attempts[0]?.number ?? run.job.attemptCount + 1,
      signal: AbortSignal.any([over.signal, stopping]),
    });
    let lines = 0;
    for await (const update of updates) {
      if (update.type === "log") {
        takeLine(update.record);
        lines += 1;
        if (lines % linesPerTurn === 0) await setImmediate();
      } else if (update.type === "event") {
        const { event } = update;
        if (event.type === JobEventType.DELETED) isGone = true;
        if (event.progress !== undefined) setLayers(layersOf(event.progress.steps));
        else state = event.state;
      } else {
        state = update.job.state;
      }
      turns.wake();
    }
    if (!isGone) await finish();
    turns.wakeNow();
  }

  /** Reads how the run ended: events tell neither results nor the last state of the layers. */
  async function finish(): Promise<void> {
    const ended = await findRun(context, run.runId);
    if (ended === undefined) {
      isGone = true;
      return;
    }
    const facts = factsOf(ended);
    setLayers(facts.layers);
    end = facts;
  }

  const source = run.isCurrent ? read() : readEarlier();
  source.catch((error: unknown) => {
    failure = { error };
    turns.wakeNow();
  });

  return {
    get lineCount() {
      return lineCount;
    },
    get state() {
      return state;
    },
    get layers() {
      return layers;
    },
    get end() {
      return end;
    },
    get isGone() {
      return isGone;
    },
    async linesFrom(index) {
      if (index >= lineCount) return [];
      const kept = index < ring.end ? ring.from(index) : undefined;
      if (kept !== undefined) return kept;
      const part = parts.findLast(({ base }) => base <= index);
      if (part === undefined) return [];
      const before = parts[parts.indexOf(part) + 1]?.base ?? lineCount;
      const { lines } = await readPart(context, run.job.id, part, index, Math.min(before - index, linesPerPage));
      return lines;
    },
    async change(waitMs, signal) {
      if (failure === undefined && end === undefined && !isGone) await turns.next(waitMs, signal);
      if (failure !== undefined) throw failure.error;
    },
    close() {
      over.abort();
      turns.wakeNow();
    },
  };
}
