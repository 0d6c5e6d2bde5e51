import { create } from "@bufbuild/protobuf";
import { type Runner, type RunnerSpec, RunnerSpecSchema } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { compactJson } from "../../json/compact-json.js";
import { memberSpans } from "../../json/json-span.js";
import { isJsonObject, type JsonDocument, parseJson } from "../../json/parse-json.js";
import { RawJson } from "../../json/raw-json.js";
import { msOf } from "./mapping.js";

/** A runner as callers see it; written with `writeJson`. */
export interface RunnerView {
  readonly runner_id: string;
  readonly name: RawJson;
  readonly capabilities: RawJson;
  readonly last_seen: number;
  readonly is_active: boolean;
}

/** The core's limit for how many jobs a runner has at once; the dialect has none. */
const maxSlots = 10_000;

/**
 * Says what a runner is to the core. Name and capabilities may be any JSON and are kept as they were written; which jobs a
 * runner takes is its own affair.
 */
export function runnerSpecFrom({ text, value }: JsonDocument): RunnerSpec {
  const spans = memberSpans(text);
  const member = (name: string) => {
    const span = spans.get(name);
    return span === undefined ? "null" : compactJson(text.slice(span.start, span.end));
  };
  const attributes = `{"name":${member("name")},"capabilities":${member("capabilities")}}`;
  return create(RunnerSpecSchema, {
    name: plainName((value as { readonly name: unknown }).name),
    profile: { kinds: [{ by: { case: "glob", value: "*" } }] },
    slots: maxSlots,
    attributes: { data: new TextEncoder().encode(attributes), contentType: "application/json" },
  });
}

/**
 * Shows a runner. To the core a registration is no sign of life; here it is the first one.
 *
 * @param activeMs how long a runner counts as active after its last call
 */
export function runnerView(runner: Runner, nowMs: number, activeMs: number): RunnerView {
  const last_seen = lastSeenMs(runner);
  return {
    runner_id: runner.id,
    ...attributesOf(runner),
    last_seen,
    is_active: isActive(runner, nowMs, activeMs),
  };
}

/** Tells whether a runner has called within the last so many milliseconds. */
export function isActive(runner: Runner, nowMs: number, activeMs: number): boolean {
  return nowMs - lastSeenMs(runner) < activeMs;
}

/** When a runner last called, in milliseconds since 1970. */
export function lastSeenMs({ lastSeenTime, registerTime }: Runner): number {
  return Math.max(msOf(lastSeenTime) ?? 0, msOf(registerTime) ?? 0);
}

/** What a runner said about itself. One of another kind has its name, and the kinds of jobs that it does. */
export function attributesOf({ spec }: Runner): { readonly name: RawJson; readonly capabilities: RawJson } {
  const document = parseJson(spec?.attributes?.data ?? new Uint8Array());
  if (typeof document !== "string" && isJsonObject(document.value) && Array.isArray(document.value.capabilities)) {
    const { text } = document;
    const spans = memberSpans(text);
    const [name, capabilities] = [spans.get("name"), spans.get("capabilities")];
    if (name !== undefined && capabilities !== undefined) {
      return {
        name: new RawJson(text.slice(name.start, name.end)),
        capabilities: new RawJson(text.slice(capabilities.start, capabilities.end)),
      };
    }
  }
  const kinds = spec?.profile?.kinds.map(({ by }) => by.value ?? "") ?? [];
  return { name: new RawJson(JSON.stringify(spec?.name ?? "")), capabilities: new RawJson(JSON.stringify(kinds)) };
}

/** The name for the core's own views, which take texts of a reasonable length only. */
function plainName(name: unknown): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  return typeof name === "string" && /^[^\u0000-\u001f\u007f\ud800-\udfff]{1,255}$/u.test(name) ? name : "";
}
