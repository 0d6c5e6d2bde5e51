import { isJsonObject, type JsonDocument, parseJson } from "../../../json/parse-json.js";
import { memberSpans, memberText } from "../../../json/json-span.js";
import { RawJson, writeJson } from "../../../json/raw-json.js";

/** The body of a definition, after validation. */
export interface DefinitionBody {
  readonly name?: string;
  readonly description?: string;
  readonly trigger?: { readonly type?: string };
  readonly scope?: { readonly type?: string };
  readonly compute: { readonly type: string; readonly command: string };
  readonly runner?: { readonly tags?: readonly string[] };
  readonly timeout?: number;
  readonly max_retries?: number;
  readonly priority?: number;
  readonly enabled?: boolean;
}

/** A definition as it is kept, and what jobs take from it. */
export interface Definition {
  readonly name: string;
  /** Rises with each change of content. */
  readonly version: number;
  /** As callers see it, with its version. */
  readonly view: RawJson;
  readonly tags: readonly string[];
  /** Longest time of a claim, in seconds. */
  readonly timeout: number;
  readonly maxRetries: number;
  /** Lower runs first. */
  readonly priority: number;
  readonly enabled: boolean;
  /** `compute.args` as it was written. */
  readonly args: RawJson;
}

/** The text that is kept of a definition: every member with its default, what is the caller's own as it was written. */
export function definitionText(name: string, { text, value }: JsonDocument): string {
  const body = value as DefinitionBody;
  const written = (...names: readonly string[]) => new RawJson(memberText(text, ...names) ?? "{}");
  return writeJson({
    name,
    description: body.description ?? "",
    trigger: { type: body.trigger?.type ?? "manual", filter: written("trigger", "filter") },
    scope: { type: body.scope?.type ?? "none" },
    compute: { type: body.compute.type, command: body.compute.command, args: written("compute", "args") },
    runner: { tags: body.runner?.tags ?? [] },
    timeout: body.timeout ?? 600,
    max_retries: body.max_retries ?? 1,
    priority: body.priority ?? 100,
    enabled: body.enabled ?? true,
  });
}

/** Reads a kept definition. */
export function readDefinition(text: string, version: number): Definition {
  const body = JSON.parse(text) as Required<DefinitionBody>;
  return {
    name: body.name,
    version,
    view: withVersion(text, version),
    tags: body.runner.tags ?? [],
    timeout: body.timeout,
    maxRetries: body.max_retries,
    priority: body.priority,
    enabled: body.enabled,
    args: new RawJson(memberText(text, "compute", "args") ?? "{}"),
  };
}

/** What a job shows of the definition that it was made with. */
export interface DefinitionSnapshot {
  readonly view: RawJson;
  readonly name: string;
  readonly version: number;
  readonly tags: readonly string[];
}

/** Reads the definition inside of a job's input; undefined if that is none. */
export function readSnapshot(text: string): DefinitionSnapshot | undefined {
  const document = parseJson(Buffer.from(text));
  if (typeof document === "string" || !isJsonObject(document.value)) return undefined;
  const { name, version, runner } = document.value;
  if (typeof name !== "string" || typeof version !== "number") return undefined;
  const tags = isJsonObject(runner) && Array.isArray(runner.tags) ? runner.tags : [];
  return { view: new RawJson(text), name, version, tags: tags.filter((tag) => typeof tag === "string") };
}

/** Puts the version behind the name. */
function withVersion(text: string, version: number): RawJson {
  const members: [string, unknown][] = [];
  for (const [name, { start, end }] of memberSpans(text)) {
    members.push([name, new RawJson(text.slice(start, end))]);
    if (name === "name") members.push(["version", version]);
  }
  return new RawJson(writeJson(new Map(members)));
}
