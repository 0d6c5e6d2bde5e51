import { randomBytes } from "node:crypto";
import type { Kubelet } from "./kubelet.js";
import { type Job, type KubeObject, type Pod, Refusal, type Resource } from "./objects.js";
import type { Store } from "./store.js";

/** How something is deleted. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan";
  readonly preconditions?: { readonly uid?: string };
}

const resources: readonly Resource[] = ["jobs", "pods", "secrets"];
const pathSeconds = 1_000;

/** The Job controller and the garbage collector. */
export function createControllers(store: Store, kubelet: Kubelet) {
  const deadlines = new Map<string, NodeJS.Timeout>();
  const owns = ({ metadata: { uid } }: KubeObject, object: KubeObject) =>
    object.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
  const dependents = (owner: KubeObject) =>
    resources.flatMap((resource) =>
      store
        .list(resource)
        .filter((object) => owns(owner, object))
        .map((object) => ({ resource, object })),
    );
  const podsOf = (job: Job) => store.list("pods").filter((pod) => owns(job, pod)) as Pod[];

  const startJob = (job: Job | undefined) => {
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return;
    const { template, activeDeadlineSeconds } = job.spec;
    const { name, uid, namespace } = job.metadata;
    const pod = store.create<Pod>("pods", namespace, {
      metadata: {
        ...template.metadata,
        name: `${name}-${randomBytes(3).toString("hex").slice(0, 5)}`,
        labels: { ...template.metadata?.labels, "batch.kubernetes.io/job-name": name, "job-name": name },
        ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid, blockOwnerDeletion: true }],
      },
      spec: structuredClone(template.spec),
      status: { phase: "Pending" },
    } as unknown as Pod);
    kubelet.schedule(pod);
    if (activeDeadlineSeconds === undefined) return;
    const fail = () => {
      failJob(job, "DeadlineExceeded", "Job was active longer than specified deadline");
      for (const one of podsOf(job)) remove("pods", one, {});
    };
    deadlines.set(uid, setTimeout(fail, activeDeadlineSeconds * pathSeconds));
  };

  const failJob = (job: Job, reason: string, message: string) => {
    if (job.status.conditions !== undefined) return;
    job.status = { conditions: [{ type: "Failed", status: "True", reason, message }] };
    store.changed("jobs", job);
  };

  const remove = (resource: Resource, object: KubeObject, options: DeleteOptions) => {
    const { metadata } = object;
    if (options.preconditions?.uid !== undefined && options.preconditions.uid !== metadata.uid)
      throw new Refusal(409, "Conflict", `the UID in the precondition does not match ${metadata.uid}`);
    if (resource === "pods") return removePod(object as Pod, options.gracePeriodSeconds);
    const children = dependents(object);
    if (options.propagationPolicy === "Foreground" && children.length > 0) {
      if (metadata.deletionTimestamp === undefined) {
        metadata.deletionTimestamp = new Date().toISOString();
        metadata.deletionGracePeriodSeconds = 0;
        metadata.finalizers = ["foregroundDeletion"];
        store.changed(resource, object);
      }
    } else store.remove(resource, object);
    // The garbage collector is another process, which hears of it later.
    setTimeout(() => {
      for (const child of children) remove(child.resource, child.object, {});
    }, 30);
  };

  const removePod = (pod: Pod, asked?: number) => {
    const grace = asked ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    const { metadata } = pod;
    if (grace === 0 || !kubelet.runs(pod)) {
      // Deleted by force: it leaves the books now, and its processes when the node hears of it.
      store.remove("pods", pod);
      setTimeout(() => kubelet.stop(pod, 0), 300);
      return;
    }
    if (metadata.deletionTimestamp !== undefined) return;
    metadata.deletionTimestamp = new Date(Date.now() + grace * 1_000).toISOString().replace(/\.\d+/, "");
    metadata.deletionGracePeriodSeconds = grace;
    store.changed("pods", pod);
    kubelet.stop(pod, grace * 1_000);
  };

  store.listen(({ resource, type, object }) => {
    const { name, uid } = object.metadata;
    if (resource === "jobs" && type === "ADDED")
      setTimeout(() => startJob(store.find("jobs", name) as Job | undefined), 10);
    if (type === "DELETED") {
      clearTimeout(deadlines.get(uid));
      // Owned by what is gone; or the last one that kept its owner.
      for (const child of dependents(object)) setTimeout(() => remove(child.resource, child.object, {}), 5);
    }
    if (resource !== "pods") return;
    const job = store.list("jobs").find((one) => owns(one, object)) as Job | undefined;
    if (job === undefined) return;
    if (job.metadata.deletionTimestamp !== undefined) {
      if (podsOf(job).length === 0) setTimeout(() => store.remove("jobs", job), 5);
      return;
    }
    const { phase } = (object as Pod).status;
    if (phase === "Succeeded" && job.status.conditions === undefined) {
      job.status = { conditions: [{ type: "Complete", status: "True" }] };
      store.changed("jobs", job);
    } else if (phase === "Failed" || type === "DELETED" || object.metadata.deletionTimestamp !== undefined)
      failJob(job, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
  });
  return { remove };
}

export type Controllers = ReturnType<typeof createControllers>;
