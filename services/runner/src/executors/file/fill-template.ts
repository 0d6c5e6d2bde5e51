import { type JobContext, JobFailure } from "@switchyard/client";
import type { Argument, Placeholder, Template } from "./template.js";

/** What placeholders stand for in one attempt. */
export interface TemplateValues {
  /** @throws JobFailure when it is no JSON */
  readonly input: unknown;
  readonly job: Readonly<Record<string, string>>;
  readonly here: string;
}

/**
 * The values of an attempt. The input is read as JSON when it is asked for, so that jobs with other inputs can be run without placeholders
 * for it.
 *
 * @param here the directory of the executors file
 */
export function templateValues({ lease, input }: JobContext, here: string): TemplateValues {
  const { jobId: id, kind, attempt, namespace } = lease;
  let read: { readonly value: unknown } | undefined;
  return {
    job: { id, kind, attempt: String(attempt), namespace },
    here,
    get input() {
      read ??= { value: parseInput(input) };
      return read.value;
    },
  };
}

function parseInput(input: JobContext["input"]): unknown {
  try {
    return JSON.parse(input.text());
  } catch (cause) {
    throw new JobFailure("the input is not JSON", { cause });
  }
}

/**
 * Fills a text. Texts are put in as they are, numbers and truth values as in JSON, lists and maps as JSON.
 *
 * @throws JobFailure that names what is missing
 */
export function fillTemplate(template: Template, values: TemplateValues): string {
  const text = template.map((part) => (typeof part === "string" ? part : fill(part, values))).join("");
  if (text.includes("\0")) throw new JobFailure(`${writtenAs(template)}: the value contains NUL`);
  return text;
}

/**
 * Fills the entries of a command. An entry never becomes more than one argument, unless it is a list's.
 *
 * @param allowOptions a text of the input may begin an argument with `-`, which makes an option of it; after an entry `--` it always may
 * @throws JobFailure that names what is missing or refused
 */
export function fillArguments(entries: readonly Argument[], values: TemplateValues, allowOptions: boolean): string[] {
  let mayBeOption = allowOptions;
  return entries.flatMap((entry) => {
    if ("each" in entry) return fillEach(entry.each, values);
    const text = fillTemplate(entry.one, values);
    if (text === "--") mayBeOption = true;
    if (!mayBeOption) refuseOption(entry.one, values);
    return [text];
  });
}

function refuseOption([first]: Template, values: TemplateValues): void {
  if (typeof first !== "object" || first.root !== "input") return;
  const value = lookUp(first, values);
  if (typeof value !== "string" || !value.startsWith("-")) return;
  const word = JSON.stringify(value.slice(0, 40));
  throw new JobFailure(`${first.text}: ${word} begins with "-" and would be an option of the program`);
}

function fillEach(each: Placeholder, values: TemplateValues): string[] {
  const value = lookUp(each, values);
  if (value === undefined) {
    if (each.default === undefined) throw missing(each);
    return each.default === "" ? [] : [each.default];
  }
  if (!Array.isArray(value)) throw new JobFailure(`${each.text}: the input has no list there`);
  return value.map((item: unknown, at) => {
    if (typeof item === "object" || item === undefined) throw new JobFailure(`${each.text}: item ${at} is no text`);
    const text = String(item);
    if (text.includes("\0")) throw new JobFailure(`${each.text}: item ${at} contains NUL`);
    return text;
  });
}

function fill(one: Placeholder, values: TemplateValues): string {
  const value = lookUp(one, values) ?? one.default;
  if (value === undefined) throw missing(one);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Own members only; null is missing. */
function lookUp({ root, path }: Placeholder, values: TemplateValues): unknown {
  let value: unknown = values[root];
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value ?? undefined;
}

function missing({ text, path }: Placeholder): JobFailure {
  return new JobFailure(`${text}: the input has no ${path.length === 0 ? "value" : JSON.stringify(path.join("."))}`);
}

function writtenAs(template: Template): string {
  return template.map((part) => (typeof part === "string" ? part : part.text)).join("");
}
