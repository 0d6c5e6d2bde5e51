import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { connectKubernetes, type KubernetesApi } from "./api/kubernetes-api.js";
import { isNotFound } from "./api/kubernetes-error.js";
import type { JobView, ObjectView, PodView } from "./api/objects.js";
import { type CollectionPaths, pathsOf } from "./api/paths.js";
import { type ReflectorListener, reflect } from "./api/reflector.js";
import { withRetries } from "./api/with-retries.js";
import { runLabel, selectEarlierLives, selectInstance, selectRun } from "./names.js";
import { readOverlay, type TemplateOverlay } from "./overlay.js";
import { removeRuns } from "./remove-runs.js";
import { createRunView, type RunView } from "./run-view.js";
import type { KubernetesSettings, ObjectOwner } from "./settings.js";

/** What a connection to the cluster is made of. */
export interface ClusterOptions {
  readonly settings: KubernetesSettings;
  /** What this process is known by over its lives. Unset: nothing; then nothing of an earlier life is found. */
  readonly runner?: string;
  /** The pod that this process runs in, if it runs in the same namespace of the same cluster. */
  readonly podName?: string;
  /** Names this life. */
  readonly instance: string;
  /** Hears of what goes wrong without ending anything. */
  readonly onTrouble: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

/** The cluster, as one runner process sees it: two watches serve all of its attempts. */
export interface Cluster {
  readonly api: KubernetesApi;
  readonly paths: CollectionPaths;
  readonly settings: KubernetesSettings;
  readonly overlay: TemplateOverlay;
  readonly owner: ObjectOwner;
  readonly forceDeleteAfterMs: number | undefined;
  readonly onTrouble: (error: Error) => void;
  /** Begins to keep a view of an attempt's objects. */
  open(run: string): RunView;
  /** Asks the server for an attempt's pod, and repeats that until there is an answer. */
  refresh(run: string, signal: AbortSignal): Promise<void>;
  /** Ends the view. */
  drop(run: string): void;
  /** Removes an attempt whose container has ended, in the background. */
  removeLater(run: string): void;
  /** Settles when what was to be removed is, or 5 s have passed, and the watches have ended. */
  close(): Promise<void>;
}

/**
 * Connects to the cluster, and removes in the background what an earlier life of this process left there.
 *
 * @throws Error when there is no usable configuration, or a bad template
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { settings, onTrouble } = options;
  const api = await connectKubernetes(settings.configPath);
  const overlay = settings.templatePath === undefined ? {} : await readOverlay(settings.templatePath);
  const paths = pathsOf(settings.namespace);
  const views = new Map<string, RunView>();
  const closing = new AbortController();
  const { signal } = closing;
  // Every removal listens.
  setMaxListeners(0, signal);
  const trouble = (error: Error) => {
    if (!signal.aborted) onTrouble("a call to Kubernetes failed; it is repeated", { error: error.message });
  };
  const owner = await ownerOf(options, api, paths);
  const viewOf = ({ metadata }: ObjectView) => views.get(metadata.labels?.[runLabel] ?? "");

  /** A Job that a list lacks may have been made after it: asked for by name, it is surely there or not. */
  const checkMissing = async ({ job, sawJob }: RunView) => {
    if (job === undefined) return;
    await withRetries(() => api.call("GET", `${paths.jobs}/${job.metadata.name}`), signal).catch((error: unknown) => {
      if (isNotFound(error)) sawJob(job, true);
    });
  };
  const jobs: ReflectorListener<JobView> = {
    changed: (job, gone) => viewOf(job)?.sawJob(job, gone),
    listed(there) {
      for (const view of views.values()) {
        if (view.job !== undefined && !there.has(view.job.metadata.uid)) void checkMissing(view);
      }
    },
  };
  const pods: ReflectorListener<PodView> = { changed: (pod, gone) => viewOf(pod)?.sawPod(pod, gone) };

  const labelSelector = selectInstance(owner);
  const duties = [
    reflect(api, { path: paths.jobs, labelSelector, onTrouble: trouble }, jobs, signal),
    reflect(api, { path: paths.pods, labelSelector, onTrouble: trouble }, pods, signal),
  ];
  const { forceDeleteAfterMs } = settings;
  const deps = { api, paths, forceDeleteAfterMs, onTrouble: trouble };
  const removals = new Set<Promise<void>>();
  const removeLater = (labelSelector: string) => {
    const removal = removeRuns(deps, labelSelector, { signal }).catch(() => undefined);
    removals.add(removal);
    void removal.then(() => removals.delete(removal));
  };
  if (owner.name !== undefined) removeLater(selectEarlierLives(owner.name, owner));
  return {
    ...deps,
    settings,
    overlay,
    owner,
    open(run) {
      const view = createRunView();
      views.set(run, view);
      return view;
    },
    async refresh(run, until) {
      const query = { labelSelector: selectRun(run) };
      const list = () => api.call<{ items: PodView[] }>("GET", paths.pods, { query, signal: until });
      for (const pod of (await withRetries(list, until)).items) views.get(run)?.sawPod(pod, false);
    },
    drop: (run) => void views.delete(run),
    removeLater: (run) => removeLater(selectRun(run)),
    async close() {
      await Promise.race([Promise.all(removals), sleep(closeWithinMs, undefined, { signal, ref: false })]);
      closing.abort();
      await Promise.all(duties);
      api.close();
    },
  };
}

/** How long the end waits for what is being removed, in milliseconds; the cluster removes the rest in time. */
const closeWithinMs = 5_000;

/** The own pod's identity, by which the cluster removes what this process leaves when that pod is deleted. */
async function ownerOf(
  { runner, podName, instance, onTrouble }: ClusterOptions,
  api: KubernetesApi,
  paths: CollectionPaths,
): Promise<ObjectOwner> {
  const owner = { instance, ...(runner === undefined ? {} : { name: runner }) };
  if (podName === undefined) return owner;
  try {
    const { metadata } = await withRetries(() => api.call<PodView>("GET", `${paths.pods}/${podName}`));
    return { ...owner, pod: { name: podName, uid: metadata.uid } };
  } catch (error) {
    onTrouble("the own pod can't be read; Jobs will not go with it", { error: (error as Error).message });
    return owner;
  }
}
