import { createBackoff } from "@switchyard/client";
import type { KubernetesApi } from "./kubernetes-api.js";
import { KubernetesError } from "./kubernetes-error.js";
import type { ObjectView } from "./objects.js";
import { reflect } from "./reflector.js";

/** What emptying needs. */
export interface EmptyDeps {
  readonly api: KubernetesApi;
  /** Of objects with a grace that are still there so long after it, in milliseconds. Unset: never by force. */
  readonly forceDeleteAfterMs?: number | undefined;
  /** Hears of calls that fail; they are repeated. */
  readonly onTrouble: (error: Error) => void;
}

/** What is emptied, and how. */
export interface Emptying {
  readonly path: string;
  readonly labelSelector: string;
  /** `DeleteOptions`. */
  readonly how: object;
  /** What was there at first has been asked to go. */
  readonly onAsked?: () => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Deletes what a collection holds, and what appears in it, and settles when it is empty: by list and watch, without polling.
 *
 * Rejects with the signal's reason when that aborts first.
 */
export async function emptyCollection(deps: EmptyDeps, emptying: Emptying): Promise<void> {
  const { api, forceDeleteAfterMs, onTrouble } = deps;
  const { path, labelSelector, how, onAsked, signal } = emptying;
  const done = new AbortController();
  const left = new Set<string>();
  const asked = new Map<string, Promise<void>>();
  const timers = new Map<string, NodeJS.Timeout>();
  let isListed = false;

  /** Repeated until the server has taken it: the object's going is seen by the watch. */
  const ask = async ({ metadata: { name, uid } }: ObjectView, options: object) => {
    const body = { kind: "DeleteOptions", apiVersion: "v1", ...options, preconditions: { uid } };
    const backoff = createBackoff({ initialMs: 200, maxMs: 10_000 });
    while (!done.signal.aborted && left.has(uid)) {
      try {
        await api.call("DELETE", `${path}/${name}`, { body });
        return;
      } catch (error) {
        // It is gone, or another one has its name.
        if (error instanceof KubernetesError && (error.status === 404 || error.status === 409)) return;
        onTrouble(error as Error);
        await backoff.wait(done.signal).catch(() => undefined);
      }
    }
  };
  const take = (object: ObjectView) => {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds: grace = 0 } = object.metadata;
    left.add(uid);
    if (deletionTimestamp === undefined) {
      if (!asked.has(uid)) asked.set(uid, ask(object, how));
    } else if (forceDeleteAfterMs !== undefined && grace > 0 && !timers.has(uid)) {
      const force = () => void ask(object, { gracePeriodSeconds: 0 });
      timers.set(uid, setTimeout(force, grace * 1_000 + forceDeleteAfterMs));
    }
  };
  const check = () => {
    if (isListed && left.size === 0) done.abort();
  };
  const listener = {
    changed(object: ObjectView, gone: boolean) {
      if (gone) left.delete(object.metadata.uid);
      else take(object);
      check();
    },
    listed() {
      if (!isListed) void Promise.all(asked.values()).then(onAsked);
      isListed = true;
      check();
    },
  };

  const stop = () => done.abort();
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  await reflect(api, { path, labelSelector, onTrouble }, listener, done.signal);
  for (const timer of timers.values()) clearTimeout(timer);
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
}
