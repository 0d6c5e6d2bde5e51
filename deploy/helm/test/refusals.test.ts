import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { chart, helm } from "./helm.js";
import { release, scenarioNames, valuesFile } from "./scenarios.js";

type Values = Readonly<Record<string, unknown>>;
type Case = readonly [what: string, values: Values, message: RegExp];

/** What helm says to the values of the scenario `minimal` with some of another kind. */
async function render(values: Values): Promise<string> {
  const file = join(tmpdir(), `switchyard-refusal-${process.pid}-${Math.random().toString(36).slice(2)}.yaml`);
  await writeFile(file, stringify(values));
  const { ok, stderr } = await helm("template", release, chart, "-f", valuesFile("minimal"), "-f", file);
  return ok ? "rendered" : stderr;
}

const refused: readonly Case[] = [
  ["an unknown key", { replicas: 3 }, /additional properties 'replicas' not allowed/],
  ["an unknown key of a service", { catalog: { replica: 3 } }, /at '\/catalog': additional properties 'replica'/],
  ["an unknown key deep inside", { catalog: { artifacts: { s3: { bukket: "a" } } } }, /additional properties 'bukket'/],
  [
    "a setting that the service does not read",
    { logStore: { config: { LOG_STORE_POOL: 3 } } },
    /'LOG_STORE_POOL' not allowed/,
  ],
  [
    "a setting that the chart sets itself",
    { catalog: { config: { DATABASE_URL: "x" } } },
    /'DATABASE_URL' not allowed/,
  ],
  [
    "executors beside another profile",
    { runner: { enabled: true, executors: { a: { command: ["true"] } }, config: { RUNNER_PROFILE: "process" } } },
    /runner\.executors makes the profile `file`/,
  ],
  [
    "executors of a runner that makes Jobs",
    {
      runner: {
        ...{ enabled: true, executors: { a: { command: ["true"] } } },
        kubernetesExecutor: { enabled: true, images: ["*"] },
      },
    },
    /at '\/runner\/executors': maxProperties/,
  ],
  ["text for a number", { catalog: { replicas: "three" } }, /at '\/catalog\/replicas': got string, want integer/],
  ["no shards", { scheduler: { shards: { count: 0 } } }, /at '\/scheduler\/shards\/count': minimum/],
  [
    "a name that a pod gives itself",
    { scheduler: { config: { SCHEDULER_REPLICA_ID: "a" } } },
    /'SCHEDULER_REPLICA_ID' not allowed/,
  ],
  ["a duration without a unit", { stopPropagation: "5" }, /at '\/stopPropagation'/],
  ["an unknown way to migrate", { migration: { mode: "later" } }, /at '\/migration\/mode'/],
  ["an unknown dialect", { httpGateway: { dialects: { cobol: { host: "a" } } } }, /'cobol' not allowed/],
  ["an address with a scheme", { addresses: { catalog: "http://a:1" } }, /at '\/addresses\/catalog'/],
  [
    "a secret that is none of the service's",
    { httpGateway: { secrets: { keys: ["PASSWORD"] } } },
    /at '\/httpGateway\/secrets\/keys\/0'/,
  ],
  [
    "no database",
    { database: { existingSecret: "" } },
    /database\.existingSecret \(or database\.url, for trials\) is needed/,
  ],
  ["TLS without certificates", { tls: { enabled: true } }, /tls\.existingSecret or tls\.certManager is needed/],
  ["a bucket without a name", { catalog: { artifacts: { store: "s3" } } }, /catalog\.artifacts\.s3\.bucket is needed/],
  ["a callee that is nowhere", { catalog: { enabled: false } }, /addresses\.catalog say where it is/],
  [
    "Jobs of Kubernetes without images",
    { runner: { enabled: true, kubernetesExecutor: { enabled: true } } },
    /at '\/runner\/kubernetesExecutor\/images': minItems/,
  ],
  [
    "a profile of its own for runners that make Jobs",
    { runner: { kubernetesExecutor: { enabled: true, images: ["*"] }, config: { RUNNER_PROFILE: "process" } } },
    /at '\/runner\/config\/RUNNER_PROFILE'/,
  ],
  [
    "an image with a comma",
    { runner: { kubernetesExecutor: { images: ["a,b"] } } },
    /at '\/runner\/kubernetesExecutor\/images\/0'/,
  ],
  [
    "an amount that is none",
    { runner: { kubernetesExecutor: { maxResources: { memory: "8GB" } } } },
    /at '\/runner\/kubernetesExecutor\/maxResources\/memory'/,
  ],
  [
    "the rights of runners that make Jobs for everybody in the namespace",
    {
      runner: {
        enabled: true,
        serviceAccount: { create: false },
        kubernetesExecutor: { enabled: true, images: ["*"] },
      },
    },
    /runner\.kubernetesExecutor needs a service account of its own/,
  ],
  ["names of a pool without a number", { runner: { pool: { names: "a" } } }, /at '\/runner\/pool\/names'/],
  [
    "a pool that something else scales",
    { runner: { enabled: true, pool: { size: 2 }, keda: { enabled: true } } },
    /runner\.pool and runner\.keda both say how many runners there are/,
  ],
  ["routes without a gateway", { gateway: { enabled: true, host: "a.example.org" } }, /gateway\.parentRefs is needed/],
];

/** The schema's words, of which one run of helm says as many as there are mistakes; the templates' are of the first one alone. */
const isOfTheSchema = ([, , message]: Case) => /at '|not allowed/.test(message.source);

/** Puts cases of the schema together that are about different keys: a run costs half a second. */
function inBatches(cases: readonly Case[]): readonly Case[][] {
  const batches: Case[][] = [];
  for (const one of cases) {
    const fits = (other: Case) => isOfTheSchema(other) && Object.keys(one[1]).every((key) => !(key in other[1]));
    const batch = isOfTheSchema(one) ? batches.find((others) => others.every(fits)) : undefined;
    if (batch === undefined) batches.push([one]);
    else batch.push(one);
  }
  return batches;
}

describe("values that the chart refuses", () => {
  for (const batch of inBatches(refused)) {
    let said: Promise<string> | undefined;
    const values = Object.assign({}, ...batch.map(([, own]) => own)) as Values;
    test.each(batch)("%s", async (_, __, message) => {
      said ??= render(values);
      expect(await said).toMatch(message);
    });
  }

  test("the same values without the mistake are taken", async () => {
    expect(await render({ logStore: { config: { LOG_STORE_POOL_SIZE: 3 } }, stopPropagation: "5s" })).toBe("rendered");
  });
});

test.each(scenarioNames)("helm lint --strict finds nothing in %s", async (scenario) => {
  const { ok, stdout, stderr } = await helm("lint", "--strict", chart, "-f", valuesFile(scenario));
  expect(ok, stdout + stderr).toBe(true);
});
