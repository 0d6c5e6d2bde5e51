import { isFinalState } from "@switchyard/client";
import type { OperationResult } from "@switchyard/pipeline-model";
import type { ProgressStep } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { naiveTimeOrNull } from "../time-text.js";
import type { Run } from "./read-run.js";
import { failureOf, failureOfAttempt, resultOf } from "./run-result.js";

/** What is said about one layer of an operation. */
export interface LayerView {
  readonly status: string;
  readonly message: string;
  readonly timestamp: string | null;
}

/** What a run looks like at one moment. */
export interface RunFacts {
  readonly state: JobState;
  /** The run has ended. */
  readonly isOver: boolean;
  /** Layers by name, in the order of their first appearance. */
  readonly layers: Readonly<Record<string, LayerView>>;
  readonly error: string | null;
  readonly result: OperationResult | undefined;
}

/** Says where a run stands. One that was begun anew under another id has failed. */
export function factsOf({ job, attempts, isCurrent }: Run): RunFacts {
  const last = attempts.at(-1);
  const state = isCurrent ? job.state : JobState.FAILED;
  const failure = isCurrent ? failureOf(job, last) : failureOfAttempt(last, "");
  const isOver = isFinalState(state);
  return {
    state,
    isOver,
    layers: layersOf(last?.progress?.steps ?? []),
    error: failure?.message ?? null,
    result: isOver ? resultOf(last) : undefined,
  };
}

/** Writes the steps of an attempt as layers. */
export function layersOf(steps: readonly ProgressStep[]): Readonly<Record<string, LayerView>> {
  const entries = steps.map(({ name, status, message, time }): [string, LayerView] => {
    return [name, { status, message, timestamp: naiveTimeOrNull(time) }];
  });
  // Not assigned: a step may have any name.
  return Object.fromEntries(entries);
}
