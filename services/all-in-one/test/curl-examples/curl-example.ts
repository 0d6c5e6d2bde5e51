import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** One command and what its answer must be. */
export interface CurlExample {
  readonly name: string;
  /** A shell script with one call of curl. */
  readonly run: string;
  readonly status: number;
  /** The parsed body; see `differences`. */
  readonly expect?: unknown;
  /** The whole body as text. */
  readonly expectText?: string;
  /** A part of the body. */
  readonly expectPart?: string;
  /** Texts that stand for something in later examples, by the member of the answer that replaces them. */
  readonly fill?: Readonly<Record<string, string>>;
}

/** The examples of a dialect, in the order in which they run. */
export interface CurlExamples {
  /** Where the examples say that the old system is. */
  readonly host: string;
  readonly examples: readonly CurlExample[];
}

/** What a command came to. */
export interface CurlOutcome {
  /** Status of the shell. */
  readonly exit: number;
  /** HTTP status, 0 if there was no answer. */
  readonly status: number;
  readonly body: string;
  /** What curl says about a failure. */
  readonly complaint: string;
}

const folder = import.meta.dirname;

/** Whether the machine has curl. */
export function isCurlThere(): boolean {
  try {
    execFileSync("curl", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Reads the examples of a dialect. */
export function readExamples(dialect: string): CurlExamples {
  return parse(readFileSync(join(folder, `${dialect}.yaml`), "utf8")) as CurlExamples;
}

/** Replaces each text that stands for something. */
export function fillIn(command: string, texts: ReadonlyMap<string, string>): string {
  return [...texts].reduce((filled, [text, value]) => filled.replaceAll(text, value), command);
}

/** Runs a command with the settings of `.curlrc`, and none of the user's. */
export function runCommand(command: string): Promise<CurlOutcome> {
  const env = { PATH: process.env["PATH"] ?? "", CURL_HOME: folder };
  return new Promise((resolve) => {
    execFile("sh", ["-c", command], { env }, (error, stdout, complaint) => {
      const end = stdout.lastIndexOf("\n");
      const exit = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ exit, status: Number(stdout.slice(end + 1)), body: stdout.slice(0, Math.max(0, end)), complaint });
    });
  });
}
