import { pick } from "./pick.js";

type Fields = Readonly<Record<string, unknown>>;

/** What an event says in one line, and what it tells beside that. */
export interface EventSummary {
  /** Undefined for events of which nothing is known. */
  readonly message: string | undefined;
  readonly fields: Fields;
}

/** Members of the phases, decisions and gradings of CV generation. */
const cvFields = [
  "phase",
  "subphase",
  "decision",
  "validation",
  "validation_passed",
  "all_dimensions",
  "all_strategies",
  "dimension_ranking",
  "strategy_to_apply",
  "tactics",
  "issues_to_fix",
  "changes_made",
  "improved_cv_preview",
  "cv_length_delta",
];

const nothing: EventSummary = { message: undefined, fields: {} };

/** Says what the event of a structured line means. */
export function eventSummary(value: Fields, metadata: Fields): EventSummary {
  const event = wordOf(value["event"]);
  if (event === undefined) return nothing;
  if (/^layer_(start|complete|error)$/.test(event)) {
    const layer = wordOf(value["layer_name"]) ?? wordOf(value["layer"]) ?? "layer";
    return { message: `${layer}: ${event}${took(value)}`, fields: {} };
  }
  const [, call] = /^llm_call_(start|complete|error|fallback)$/.exec(event) ?? [];
  if (call !== undefined) {
    const step = wordOf(value["step_name"]) ?? "llm_call";
    const backend = wordOf(value["backend"]);
    const via = backend === undefined ? "" : ` [${backend}]`;
    return { message: `${step}: ${wordOf(value["status"]) ?? call}${via}${took(value)}`, fields: {} };
  }
  if (event === "error" || event === "pipeline_error") return errorSummary(value, metadata);
  if (/^(phase|subphase|grading|cv_struct)_|^(decision_point|validation_result|retry_attempt)$/.test(event)) {
    return cvSummary(event, value, metadata);
  }
  return nothing;
}

function errorSummary(value: Fields, metadata: Fields): EventSummary {
  const error = wordOf(value["error"]) ?? wordOf(metadata["error"]) ?? "unknown";
  const facts = { ...pick(metadata, ["traceback", "error_type"]), ...pick(value, ["traceback", "error_type"]) };
  return { message: `\u274c Error: ${error}`, fields: { level: "error", ...facts } };
}

/** `phase_start` of phase 2 is `Phase 2: start`, `validation_result` is `Validation result: passed`. */
function cvSummary(event: string, value: Fields, metadata: Fields): EventSummary {
  const told = { ...metadata, ...value };
  const [name, what] = nameAndWhat(event, told);
  const fields = { ...pick(metadata, cvFields), ...pick(value, cvFields) };
  const level = event === "retry_attempt" ? { level: "warning" } : {};
  return { message: `${name}${what === undefined ? "" : `: ${what}`}${took(told)}`, fields: { ...level, ...fields } };
}

function nameAndWhat(event: string, told: Fields): readonly [string, string | undefined] {
  const [, family, rest = ""] = /^(phase|subphase|grading|cv_struct)_(.+)$/.exec(event) ?? [];
  const step = rest.replaceAll("_", " ");
  switch (family) {
    case "phase":
      return [["Phase", wordOf(told["phase"])].filter(Boolean).join(" "), step];
    case "subphase":
      return [["Subphase", wordOf(told["subphase"])].filter(Boolean).join(" "), step];
    case "grading":
      return [`Grading ${step}`, scoreOf(told)];
    case "cv_struct":
      return [`CV ${step}`, wordOf(told["subphase"]) ?? wordOf(told["phase"]) ?? scoreOf(told)];
    default:
      return [sentence(event), outcomeOf(event, told)];
  }
}

function outcomeOf(event: string, told: Fields): string | undefined {
  if (event === "decision_point") return wordOf(told["decision"]);
  if (event === "retry_attempt") return wordOf(told["attempt"]) ?? wordOf(told["reason"]) ?? wordOf(told["error"]);
  const passed = told["validation_passed"] ?? told["passed"];
  return typeof passed === "boolean" ? (passed ? "passed" : "failed") : wordOf(told["validation"]);
}

function scoreOf(told: Fields): string | undefined {
  return wordOf(told["composite_score"]) ?? wordOf(told["score"]);
}

/** `decision_point` as words. */
function sentence(event: string): string {
  return `${event.charAt(0).toUpperCase()}${event.slice(1).replaceAll("_", " ")}`;
}

function took({ duration_ms: ms }: Fields): string {
  return typeof ms === "number" ? ` (${Math.round(ms)}ms)` : "";
}

/** A text or number as it is read out. */
function wordOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
