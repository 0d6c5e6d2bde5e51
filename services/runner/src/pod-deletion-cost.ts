import type { JobHandler } from "@switchyard/client";
import type { KubernetesApi } from "./executors/kubernetes/api/kubernetes-api.js";

/** The pod that this process runs in. */
export interface OwnPod {
  readonly name: string;
  readonly namespace: string;
}

/** Tells the cluster which of several runners costs least to remove. */
export interface PodDeletionCost {
  /** The same handler; what it works on is counted. */
  count(execute: JobHandler): JobHandler;
  /** Ends the telling. */
  stop(): Promise<void>;
}

/** Read when a ReplicaSet is scaled down: the pod with the lowest number goes first (kubernetes.io/docs, "Pod deletion cost"). */
const annotation = "controller.kubernetes.io/pod-deletion-cost";
/** Changes in quick succession are one call, in milliseconds. */
const settleMs = 1_000;
/** What failed is tried again after this time, in milliseconds. */
const retryMs = 30_000;

/**
 * Writes the number of attempts that this process holds on its own pod, so that scaling down takes idle runners first. Only a hint: what
 * goes wrong is told and changes nothing.
 */
export function createPodDeletionCost(
  connect: () => Promise<KubernetesApi>,
  { name, namespace }: OwnPod,
  onWarning: (message: string, facts: object) => void,
): PodDeletionCost {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  let connected: Promise<KubernetesApi> | undefined;
  let held = 0;
  /** Unknown at first: an earlier life of this pod may have written one. */
  let told: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let telling: Promise<void> = Promise.resolve();
  let isStopped = false;

  const tell = async () => {
    timer = undefined;
    if (held === told) return;
    const now = held;
    try {
      connected ??= connect();
      const body = { metadata: { annotations: { [annotation]: String(now) } } };
      await (await connected).call("PATCH", path, { contentType: "application/merge-patch+json", body });
      told = now;
    } catch (error) {
      onWarning("the deletion cost of the own pod was not written", { error: (error as Error).message });
    }
    if (held !== told && !isStopped) later(told === now ? settleMs : retryMs);
  };
  const later = (afterMs = settleMs) => {
    timer ??= setTimeout(() => {
      telling = tell();
    }, afterMs);
    timer.unref();
  };
  const change = (by: number) => {
    held += by;
    if (!isStopped) later();
  };

  later();
  return {
    count: (execute) => async (context) => {
      change(1);
      try {
        return await execute(context);
      } finally {
        change(-1);
      }
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await telling;
      const api = await connected?.catch(() => undefined);
      api?.close();
    },
  };
}
