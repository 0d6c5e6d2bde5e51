import { type Runner, RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import type { HeldAttempt } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { KindSelector } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { enumName } from "../../input/enum-names.js";
import { labelsText } from "../../output/payload-text.js";
import { type Column, renderFacts } from "../../output/table.js";
import { ageText, timeText } from "../../output/times.js";

/** The columns of `runners list`. */
export const runnerColumns: readonly Column<Runner>[] = [
  { title: "ID", text: ({ id }) => id },
  { title: "NAME", text: ({ spec }) => spec?.name ?? "" },
  { title: "STATE", text: runnerState, tone: ({ state }) => (isPresent(state) ? "green" : "red") },
  { title: "HOLDS", text: holds, right: true },
  { title: "WORK", text: work },
  { title: "SEEN", text: ({ lastSeenTime }) => ageText(lastSeenTime), right: true },
  { title: "KINDS", text: ({ spec }) => (spec?.profile?.kinds ?? []).map(kindText).join(" ") },
  { title: "VERSION", text: ({ version }) => version },
];

/** Whether a runner in this state takes work or has some. */
export function isPresent(state: RunnerState): boolean {
  return state === RunnerState.IDLE || state === RunnerState.BUSY;
}

/** One runner. */
export function runnerText(runner: Runner): string {
  const { spec } = runner;
  return renderFacts([
    ["id", runner.id],
    ["name", spec?.name],
    ["state", runnerState(runner)],
    ["holds", holds(runner)],
    ["jobs", runner.held.map((one) => `${one.jobId}/${one.attempt} (${workText(one)})`).join(", ")],
    ["kinds", (spec?.profile?.kinds ?? []).map(kindText).join(" ")],
    ["queues", (spec?.profile?.queues ?? []).join(" ")],
    ["labels", labelsText(spec?.profile?.labels ?? {})],
    ["last seen", runner.lastSeenTime && `${timeText(runner.lastSeenTime)} (${ageText(runner.lastSeenTime)} ago)`],
    ["registered", timeText(runner.registerTime)],
    ["completed", String(runner.completedCount)],
    ["failed", String(runner.failedCount)],
    ["lost", String(runner.lostCount)],
    ["host", runner.hostname],
    ["version", runner.version],
    ["token", runner.tokenPrefix && `${runner.tokenPrefix}...`],
  ]);
}

function runnerState({ state, draining, paused }: Runner): string {
  const notes = [...(draining ? ["draining"] : []), ...(paused ? ["paused"] : [])];
  return [enumName(RunnerState, state), ...notes].join(", ");
}

function holds({ held, spec }: Runner): string {
  return `${held.length}/${spec?.slots || 1}`;
}

/** Jobs of a runner that a line of the list has room for. */
const shownJobs = 3;

function work({ held }: Runner): string {
  const rest = held.length > shownJobs ? [`and ${held.length - shownJobs} more`] : [];
  return [...held.slice(0, shownJobs).map(workText), ...rest].join(", ");
}

/** What an attempt is and since when: of the kind, the time of its start, and of its claim before that. */
function workText({ kind, claimTime, startTime }: HeldAttempt): string {
  return `${kind} ${startTime === undefined ? "claimed " : ""}${ageText(startTime ?? claimTime)}`;
}

function kindText({ by }: KindSelector): string {
  return by.value ?? "";
}
