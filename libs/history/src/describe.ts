import type { History } from "./history.js";
import type { JobEvent } from "./job-event.js";
import type { JobSpec } from "./job-spec.js";
import type { Observation, Request, WriteContent } from "./observation.js";
import type { Violation } from "./violation.js";

/** An observation in one line: when, who, what. */
export function describeObservation(observation: Observation): string {
  return `${Math.round(observation.at * 1_000) / 1_000} ${wordsOf(observation)}`;
}

/** A history in lines, oldest first. */
export function* describeHistory({ observations }: History): Generator<string> {
  for (const observation of observations) yield describeObservation(observation);
}

/** A violation in lines: the rule and what is wrong, and below it what shows it. */
export function describeViolation({ rule, message, observations }: Violation): string {
  return [`${rule}: ${message}`, ...observations.map((observation) => `    ${describeObservation(observation)}`)].join(
    "\n",
  );
}

function wordsOf(what: Observation): string {
  switch (what.type) {
    case "watch": {
      const from = what.after === undefined ? "from now on" : `behind ${what.after}`;
      return `${what.watcher} watches ${what.namespace} ${from}${what.filtered ? ", filtered" : ""}`;
    }
    case "event":
      return `${what.watcher} sees ${eventWords(what.event)}`;
    case "seen":
      return `${what.watcher} has seen all of ${what.namespace} up to ${what.upTo}`;
    case "overrun":
      return `${what.watcher} is told that events of ${what.namespace} up to ${what.upTo} are gone`;
    case "call":
      return `${what.client} calls #${what.call} ${requestWords(what.request)}`;
    case "answer": {
      const jobs = what.jobs?.map(({ job, disposition, state }) => `${job} ${disposition} ${state || "gone"}`) ?? [];
      const results = what.results?.map(({ job, refused }) => `${job} ${refused || "done"}`) ?? [];
      return `#${what.call} is answered ${[...jobs, ...results].join(", ")}`.trimEnd();
    }
    case "failure":
      return `#${what.call} fails with ${what.reason}: ${what.done === "no" ? "not done" : "outcome unknown"}`;
    case "granted":
      return `${what.runner} gets ${what.job}/${what.attempt}${what.leaseMs === undefined ? "" : ` for ${what.leaseMs} ms`}`;
    case "run":
      return `${what.runner} ${what.step === "begun" ? "begins" : "ends"} the work of ${what.job}/${what.attempt}`;
    case "write":
      return `${what.runner} sends @${what.write} ${what.job}/${what.attempt} ${contentWords(what.what)}`;
    case "written":
      return `@${what.write} is ${what.result}${what.reason ? ` (${what.reason})` : ""}`;
    case "stop":
      return `${what.runner} is told to stop ${what.job}/${what.attempt}: ${what.reason}`;
    case "mark":
      return `-- ${what.text}`;
  }
}

function eventWords({ sequence, type, job, attempt, previousState, state, runner, reason, message }: JobEvent): string {
  const words = [
    `${sequence} ${type} ${job}${attempt > 0 ? `/${attempt}` : ""}`,
    previousState === state ? state : `${previousState || "new"} -> ${state}`,
    ...(reason ? [`(${reason})`] : []),
    ...(runner ? [`runner=${runner}`] : []),
    ...(message ? [JSON.stringify(message)] : []),
  ];
  return words.join(" ");
}

function requestWords(request: Request): string {
  switch (request.op) {
    case "submit":
      return `submit ${request.requestId || "(no id)"} ${request.items.map(specWords).join("; ")}`;
    case "cancel":
      return `cancel (${request.mode}) ${request.jobs.join(", ")}`;
    case "retry":
    case "reorder":
    case "delete":
      return `${request.op} ${request.jobs.join(", ")}`;
    case "pause":
    case "resume":
      return `${request.op} ${request.namespace}/${request.queue}`;
    case "limits": {
      const words = request.limits.map(({ key, seats, ratePerSecond, burst }) =>
        [
          key,
          ...(seats === undefined ? [] : [`seats=${seats}`]),
          ...(ratePerSecond === undefined ? [] : [`rate=${ratePerSecond}/s burst=${burst ?? 1}`]),
        ].join(" "),
      );
      return `limits ${words.join(", ")}`;
    }
    case "claim":
      return `claim for ${request.runner}`;
  }
}

function specWords({ tag, kind, queue, ...more }: JobSpec): string {
  const extras = Object.entries(more).filter(([, value]) => value !== undefined);
  const words = extras.map(
    ([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`,
  );
  return [...(tag ? [tag] : []), `${queue ?? "default"}/${kind}`, ...words].join(" ");
}

function contentWords(what: WriteContent): string {
  switch (what.sort) {
    case "outcome":
      return `outcome ${what.kind}${what.retryable ? " retryable" : ""}`;
    case "log":
      return `log ${what.stream} ${what.first}+${what.lines.length}`;
    default:
      return what.sort;
  }
}
