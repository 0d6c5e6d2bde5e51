import { randomBytes } from "node:crypto";
import type { JobHandler } from "@switchyard/client";
import { readInput } from "../process-input.js";
import { type Cluster, type ClusterOptions, openCluster } from "./cluster.js";
import { kubernetesInput } from "./kubernetes-input.js";
import { runAttempt } from "./run-attempt.js";

/** What the executor of Kubernetes jobs is made of. */
export type KubernetesExecutorOptions = Omit<ClusterOptions, "instance">;

/** The executor of jobs that run in Kubernetes. */
export interface KubernetesExecutor {
  readonly execute: JobHandler;
  /**
   * Connects, so that jobs can be taken.
   *
   * @throws Error when there is no usable configuration
   */
  start(): Promise<void>;
  /** Ends the watches; to be called when no job is left. */
  stop(): Promise<void>;
}

/**
 * Makes the executor of jobs that run as Kubernetes Jobs. Output goes to the stream `stdout` as it is written, what the cluster says to
 * the stream `kubernetes`. Exit code 0 is a success; any other end is a failure.
 */
export function createKubernetesExecutor(options: KubernetesExecutorOptions): KubernetesExecutor {
  let opened: Promise<Cluster> | undefined;
  const open = () => {
    opened ??= openCluster({ ...options, instance: randomBytes(6).toString("hex") });
    return opened;
  };
  return {
    async execute(context) {
      const input = readInput(kubernetesInput, context);
      return runAttempt(await open(), context, input);
    },
    async start() {
      await open();
    },
    async stop() {
      await (await opened)?.close();
    },
  };
}
