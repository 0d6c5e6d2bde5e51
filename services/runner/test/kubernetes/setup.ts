import { JobFailure, type JobHandler } from "@switchyard/client";
import { expect } from "vitest";
import { createKubernetesExecutor, type KubernetesResult, type KubernetesSettings } from "../../src/index.js";
import { createJobContextDouble, type JobContextDoubleOptions } from "../job-context-double.js";
import type { FakeCluster } from "./fake-cluster.js";

/** Settings under which jobs may do what the cases need. */
function settingsFor(
  { configPath, namespace }: FakeCluster,
  more: Partial<KubernetesSettings> = {},
): KubernetesSettings {
  return {
    ...{ configPath, namespace, images: ["busybox*", "missing/*", "away/*", "Bad*"] },
    ...{ serviceAccounts: [], secrets: [], configMaps: [], pullSecrets: [] },
    ...{ defaultRequests: { cpu: "100m" }, defaultLimits: {}, maxResources: { cpu: "2", memory: "1Gi" } },
    ...{ labels: { team: "tests" }, annotations: {}, ttlMs: 0, startTimeoutMs: 60_000 },
    ...more,
  };
}

/** An executor on the cluster; `warnings` hears of calls that fail. */
export async function startExecutor(cluster: FakeCluster, more: Partial<KubernetesSettings> = {}, runner?: string) {
  const warnings: string[] = [];
  const executor = createKubernetesExecutor({
    settings: settingsFor(cluster, more),
    ...(runner === undefined ? {} : { runner }),
    onTrouble: (message, { error }) => void warnings.push(`${message}: ${String(error)}`),
  });
  await executor.start();
  return { ...executor, warnings };
}

/** Runs one job; fills in the image. */
export function runJob(execute: JobHandler, input: object, options: JobContextDoubleOptions = {}) {
  const double = createJobContextDouble({ image: "busybox:1", ...input }, { kind: "kubernetes.run", ...options });
  const result = Promise.resolve().then(() => execute(double.context)) as Promise<KubernetesResult>;
  result.catch(() => undefined);
  return {
    ...double,
    result,
    stdout: () => double.written("stdout").toString("utf8"),
    async failure() {
      const error = await result.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(JobFailure);
      return error as JobFailure;
    },
  };
}

/** A command line for the container. */
export const shell = (line: string) => ({ command: ["/bin/sh", "-c", line] });
