import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differences } from "../../../http-gateway/test/cases/matcher.js";
import { runpackKeys, runpackVariables } from "../runpack.js";
import { siloTokens } from "../silo-calls.js";
import { startTestSystem, type TestSystem } from "../test-system.js";
import { type CurlExample, type CurlOutcome, fillIn, isCurlThere, readExamples, runCommand } from "./curl-example.js";

// What the old systems' documents tell people to type, with the real curl, at the root of the dialects' own listeners.
const free = "127.0.0.1:0";
const { submitKey, runnerKey, adminKey } = runpackVariables;
/** By dialect, what the documents leave to the reader. */
const readers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "task-executor": {},
  runpack: {
    "<SUBMIT_API_KEY>": submitKey,
    "<RUNNER_API_KEY>": runnerKey,
    "<ADMIN_API_KEY>": adminKey,
    "{ ... }": '{ "rows": 3 }',
  },
  silo: {},
};

const there = isCurlThere();
describe.skipIf(!there)(there ? "with curl" : "skipped: there is no curl on this machine", () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem({
      ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", SILO_TOKENS: siloTokens, ...runpackKeys },
      ...{ DIALECT_TASK_EXECUTOR_LISTEN: free, DIALECT_RUNPACK_LISTEN: free, DIALECT_SILO_LISTEN: free },
    });
  });
  afterAll(() => system.stop());

  // In order, since an example uses what the ones before it have made.
  describe.each(Object.keys(readers))("%s", (dialect) => {
    const { host, examples } = readExamples(dialect);
    const texts = new Map(Object.entries(readers[dialect] ?? {}));
    beforeAll(() => void texts.set(host, `http://${system.addresses.dialects[dialect]}`));

    it.each(examples.map((example) => [example.name, example] as const))("%s", async (_, example) => {
      const outcome = await runCommand(fillIn(example.run, texts));
      expect(problemsOf(example, outcome)).toEqual([]);
      for (const [text, member] of Object.entries(example.fill ?? {})) {
        texts.set(text, String((JSON.parse(outcome.body) as Record<string, unknown>)[member]));
      }
    });
  });
});

/** Lists what is not as the example says. */
function problemsOf(example: CurlExample, { exit, status, body, complaint }: CurlOutcome): string[] {
  if (exit !== 0) return [`curl ended with ${exit}: ${complaint}`];
  if (status !== example.status) return [`status ${status} instead of ${example.status}: ${body.slice(0, 600)}`];
  const { expect: expected, expectText, expectPart } = example;
  return [
    ...(expected === undefined ? [] : differences(expected, JSON.parse(body))),
    ...(expectText === undefined || body === expectText ? [] : [`body ${body} instead of ${expectText}`]),
    ...(expectPart === undefined || body.includes(expectPart) ? [] : [`${expectPart} is not in ${body.slice(0, 600)}`]),
  ];
}
