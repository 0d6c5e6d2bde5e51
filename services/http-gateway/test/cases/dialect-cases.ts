import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { parse } from "yaml";
import { type DialectCase, runCase } from "./run-case.js";

/** Where the cases of a dialect run. */
export interface DialectCasesOptions {
  /** The dialect's folder name. */
  readonly dialect: string;
  /** Where the dialect's root is, such as `http://127.0.0.1:8080/task-executor`; asked for when a case begins. */
  readonly baseUrl: () => string;
  /** The `Host` header of every request. Default: the one that `baseUrl` names. */
  readonly host?: string;
  /** Files to leave out, by name without `.yaml`. */
  readonly except?: readonly string[];
  /** Variables that every case may use, such as the keys that the server was given. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Whether the first case of each file is enough, unless `DIALECT_CASES=all`: for a second place of the same routes. Default: no. */
  readonly slice?: boolean;
  /** The only files to run. Default: all. */
  readonly only?: readonly string[];
}

/** Reads the cases of a dialect by file. */
function loadDialectCases(dialect: string): Map<string, DialectCase[]> {
  const folder = fileURLToPath(new URL(`../../src/dialects/${dialect}/cases/`, import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  // Steps that differ in a member or two share the others: `{ <<: *step, status: 404 }`.
  const read = (name: string) => parse(readFileSync(`${folder}${name}`, "utf8"), { merge: true }) as DialectCase[];
  return new Map(files.sort().map((name) => [name.slice(0, -5), read(name)]));
}

/** Declares one vitest test for each case of a dialect, against whatever answers at `baseUrl`. */
export function runDialectCases(options: DialectCasesOptions): void {
  const { dialect, baseUrl, host, except = [], only, slice = false, variables = {} } = options;
  const most = slice && process.env["DIALECT_CASES"] !== "all" ? 1 : undefined;
  for (const [file, cases] of loadDialectCases(dialect)) {
    if (except.includes(file) || only?.includes(file) === false) continue;
    describe(`${dialect}: ${file}`, () => {
      for (const dialectCase of cases.slice(0, most)) {
        it(dialectCase.name, () => runCase(dialectCase, { baseUrl: baseUrl(), host }, variables));
      }
    });
  }
}
