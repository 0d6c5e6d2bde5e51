import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type HttpAnswer, httpCall } from "./http-call.js";
import { differences } from "./matcher.js";

/** One step of a case: a request and what its answer must be. */
export interface CaseStep {
  /** `METHOD /path?query`. */
  readonly do: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly text?: string;
  /** Sent as a form of these parts, instead of `body`. */
  readonly form?: readonly FormPart[];
  readonly status: number;
  /** Headers of the answer: texts or matchers; null must be absent. */
  readonly answerHeaders?: Readonly<Record<string, string | null>>;
  /** The parsed body of the answer; see `differences`. */
  readonly expect?: unknown;
  /** The body of the answer as text. */
  readonly expectText?: string;
  /** A part of that text. */
  readonly expectPart?: string;
  /** Variables for later steps by name: a path of members, such as `id` or `0.worker_id`. */
  readonly save?: Readonly<Record<string, string>>;
  /** Repeat until everything fits, for so many seconds. */
  readonly within?: number;
  /** Do it so many times; each answer must fit. */
  readonly times?: number;
}

/** A part of a form. What is left out is not in its headers. */
export interface FormPart {
  readonly name?: string;
  readonly filename?: string;
  readonly type?: string;
  readonly text?: string;
  /** Sent as JSON, instead of `text`. */
  readonly json?: unknown;
}

/** A named sequence of steps with variables of its own. */
export interface DialectCase {
  readonly name: string;
  readonly steps: readonly CaseStep[];
}

/** Where a case runs. */
export interface CaseServer {
  readonly baseUrl: string;
  /** The `Host` header of every request. Undefined: the one that `baseUrl` names. */
  readonly host: string | undefined;
}

/**
 * Runs a case against a server. `${name}` in any text of a step is replaced by a saved variable, or one of `given`;
 * `${unique}` is a word that no other run has used, so cases run side by side against a server that others use too.
 * `${a*100}` is a hundred times `a`, `${base64:a}` is its base 64.
 *
 * @throws Error that says which step failed and how
 */
export async function runCase(
  dialectCase: DialectCase,
  server: CaseServer,
  given: Readonly<Record<string, string>> = {},
): Promise<void> {
  const variables: Record<string, unknown> = { ...given, unique: randomBytes(5).toString("hex") };
  const steps = dialectCase.steps.flatMap((step, index) => Array(step.times ?? 1).fill({ raw: step, index })) as {
    readonly raw: CaseStep;
    readonly index: number;
  }[];
  for (const { raw, index } of steps) {
    const step = fill(raw, variables) as CaseStep;
    const deadline = Date.now() + (step.within ?? 0) * 1000;
    for (;;) {
      const answer = await send(step, server);
      const problems = problemsOf(step, answer);
      if (problems.length === 0) {
        for (const [name, path] of Object.entries(step.save ?? {})) variables[name] = pick(parse(answer.text), path);
        break;
      }
      if (Date.now() >= deadline) throw new Error(`step ${index + 1}, ${step.do}:\n  ${problems.join("\n  ")}`);
      await delay(50);
    }
  }
}

function send(step: CaseStep, { baseUrl, host }: CaseServer): Promise<HttpAnswer> {
  const [, method = "GET", path = "/"] = /^(\S+) (.*)$/.exec(step.do) ?? [];
  const json = step.body === undefined ? {} : { "content-type": "application/json" };
  const form = step.form === undefined ? {} : { "content-type": `multipart/form-data; boundary=${boundary}` };
  const body =
    step.text ??
    (step.form === undefined ? undefined : formText(step.form)) ??
    (step.body === undefined ? undefined : JSON.stringify(step.body));
  const to = host === undefined ? {} : { host };
  const call = { method, path, headers: { ...to, ...json, ...form, ...step.headers } };
  return httpCall(baseUrl, body === undefined ? call : { ...call, body });
}

const boundary = "part-of-a-case";

function formText(parts: readonly FormPart[]): string {
  const texts = parts.map(({ name, filename, type, text, json }) => {
    const facts = Object.entries({ name, filename }).flatMap(([key, value]) =>
      value === undefined ? [] : [`; ${key}="${value}"`],
    );
    // A part that has no name is an attachment to some clients.
    const headers = [`Content-Disposition: ${name === undefined ? "attachment" : "form-data"}${facts.join("")}`];
    if (type !== undefined) headers.push(`Content-Type: ${type}`);
    const content = text ?? JSON.stringify(json ?? {});
    return `--${boundary}\r\n${headers.join("\r\n")}\r\n\r\n${content}\r\n`;
  });
  return `${texts.join("")}--${boundary}--\r\n`;
}

function problemsOf(step: CaseStep, answer: HttpAnswer): string[] {
  const problems: string[] = [];
  if (answer.status !== step.status) {
    problems.push(`status ${answer.status} instead of ${step.status}: ${answer.text.slice(0, 600)}`);
  }
  for (const [name, expected] of Object.entries(step.answerHeaders ?? {})) {
    const actual = answer.headers[name.toLowerCase()];
    if (expected === null ? actual !== undefined : differences(expected, actual).length > 0) {
      problems.push(`header ${name}: ${String(actual)} instead of ${String(expected)}`);
    }
  }
  if (step.expect !== undefined) problems.push(...differences(step.expect, parse(answer.text)));
  if (step.expectText !== undefined && answer.text !== step.expectText) {
    problems.push(`body ${answer.text.slice(0, 600)} instead of ${step.expectText}`);
  }
  if (step.expectPart !== undefined && !answer.text.includes(step.expectPart)) {
    problems.push(`body lacks ${step.expectPart}: ${answer.text.slice(0, 600)}`);
  }
  return problems;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pick(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split(".")) found = (found as Record<string, unknown> | undefined)?.[name];
  if (found === undefined) throw new Error(`the answer has no ${path} to save`);
  return found;
}

function fill(value: unknown, variables: Readonly<Record<string, unknown>>): unknown {
  if (typeof value === "string") return fillText(value, variables);
  if (Array.isArray(value)) return value.map((item) => fill(item, variables));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [fillText(key, variables), fill(member, variables)]);
  return Object.fromEntries(members);
}

function fillText(text: string, variables: Readonly<Record<string, unknown>>): string {
  const repeated = text.replace(/\$\{([^{}]+)\*(\d+)\}/g, (_, part: string, times: string) =>
    part.repeat(Number(times)),
  );
  const filled = repeated.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    if (!Object.hasOwn(variables, name)) throw new Error(`no variable ${name} has been saved`);
    return String(variables[name]);
  });
  return filled.replace(/\$\{base64:([^{}]*)\}/g, (_, plain: string) => Buffer.from(plain).toString("base64"));
}
