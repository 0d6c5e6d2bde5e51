import type { Payload } from "@switchyard/proto/switchyard/common/v1/payload_pb";
import { memberSpans, memberText } from "../../../json/json-span.js";
import { isJsonObject, type JsonDocument, parseJson } from "../../../json/parse-json.js";
import { RawJson, writeJson } from "../../../json/raw-json.js";
import { type Definition, type DefinitionSnapshot, readSnapshot } from "../definitions/definition.js";

/** The body of a job's creation, after validation. */
export interface CreateJobBody {
  readonly definition_name: string;
  readonly part_number?: string;
  readonly revision_number?: number;
  readonly item_id?: string;
  readonly project_id?: string;
  readonly priority?: number;
}

/** What a job works with: for its runner, and to be shown. */
export interface JobInput {
  /** The definition as it was when the job was made; undefined for a job that was not made through this dialect. */
  readonly definition: DefinitionSnapshot | undefined;
  readonly args: RawJson;
  readonly metadata: RawJson;
  readonly part_number: string | null;
  readonly revision_number: number | null;
  readonly item_id: string | null;
  readonly project_id: string | null;
}

/** Writes a job's input. The job's own arguments stand over those of its definition; nothing is written anew. */
export function jobInputText(definition: Definition, { text, value }: JsonDocument): string {
  const body = value as CreateJobBody;
  return writeJson({
    definition: definition.view,
    args: overlay(definition.args.text, memberText(text, "args") ?? "{}"),
    metadata: new RawJson(memberText(text, "metadata") ?? "{}"),
    part_number: body.part_number ?? null,
    revision_number: body.revision_number ?? null,
    item_id: body.item_id ?? null,
    project_id: body.project_id ?? null,
  });
}

/** Reads a job's input. One that another client wrote shows what it has in the same places, and else nothing. */
export function readJobInput(payload: Payload | undefined): JobInput {
  const document = payload === undefined ? "syntax" : parseJson(payload.data);
  const isObject = typeof document !== "string" && isJsonObject(document.value);
  const value = isObject ? (document.value as Record<string, unknown>) : {};
  const spans = isObject ? memberSpans(document.text) : undefined;
  const objectText = (name: string) => {
    const span = spans?.get(name);
    return isObject && span !== undefined && isJsonObject(value[name])
      ? document.text.slice(span.start, span.end)
      : "{}";
  };
  const textOrNull = (name: string) => (typeof value[name] === "string" ? value[name] : null);
  return {
    definition: readSnapshot(objectText("definition")),
    args: new RawJson(objectText("args")),
    metadata: new RawJson(objectText("metadata")),
    part_number: textOrNull("part_number"),
    revision_number: Number.isInteger(value.revision_number) ? (value.revision_number as number) : null,
    item_id: textOrNull("item_id"),
    project_id: textOrNull("project_id"),
  };
}

/** An object's members with another's over them. */
function overlay(below: string, above: string): RawJson {
  const members = new Map<string, RawJson>();
  for (const text of [below, above]) {
    for (const [name, { start, end }] of memberSpans(text)) members.set(name, new RawJson(text.slice(start, end)));
  }
  return new RawJson(writeJson(members));
}
