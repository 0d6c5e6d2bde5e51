import { type Backoff, createBackoff } from "@switchyard/client";
import type { KubernetesApi } from "./kubernetes-api.js";
import { errorOfAnswer, KubernetesError } from "./kubernetes-error.js";
import type { ObjectView } from "./objects.js";
import { readLines } from "./read-lines.js";

/** Which objects are looked at. */
export interface ReflectorOptions {
  /** Path of the collection. */
  readonly path: string;
  readonly labelSelector: string;
  /** Hears of calls that fail; they are repeated. */
  readonly onTrouble?: (error: Error) => void;
}

/** Hears of objects as they are now. */
export interface ReflectorListener<T> {
  /** An object is new or changed; or it is gone, as it was last. */
  changed(object: T, gone: boolean): void;
  /** Everything is as the server has it at this moment: what was not told of is not there. */
  listed?(objects: ReadonlyMap<string, T>): void;
}

interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

/** The server ends a watch after this time, and another one goes on where it ended; in seconds. */
const watchSeconds = 290;
const backoffBounds = { initialMs: 100, maxMs: 10_000 };

/**
 * Keeps up with a collection until the signal aborts: lists it, then watches from the version of the list. A watch that ends or breaks is
 * taken up where it was; when that is too long ago for the server (410 Gone), the collection is listed again, and what went missing
 * meanwhile is told as gone. Failed calls are repeated with a back-off, without end. Nothing is polled unless
 * watches are refused.
 */
export async function reflect<T extends ObjectView>(
  api: KubernetesApi,
  { path, labelSelector, onTrouble }: ReflectorOptions,
  listener: ReflectorListener<T>,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, T>();
  const backoff = createBackoff(backoffBounds);
  /** Unset: the collection must be listed. */
  let version: string | undefined;

  const list = async () => {
    const query = { labelSelector };
    const answer = await api.call<{ metadata: { resourceVersion: string }; items: T[] }>("GET", path, {
      query,
      signal,
    });
    const there = new Map(answer.items.map((item) => [item.metadata.uid, item]));
    for (const [uid, object] of known) {
      if (there.has(uid)) continue;
      known.delete(uid);
      listener.changed(object, true);
    }
    for (const [uid, object] of there) {
      if (known.get(uid)?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
      known.set(uid, object);
      listener.changed(object, false);
    }
    listener.listed?.(known);
    version = answer.metadata.resourceVersion;
  };

  const take = ({ type, object }: WatchEvent<T>) => {
    if (type === "ERROR") {
      const { code = 0 } = object as { readonly code?: number };
      throw errorOfAnswer(code, JSON.stringify(object));
    }
    version = object.metadata.resourceVersion;
    if (type === "BOOKMARK") return;
    if (type === "DELETED") known.delete(object.metadata.uid);
    else known.set(object.metadata.uid, object);
    listener.changed(object, type === "DELETED");
  };

  const watch = async (from: string) => {
    const query = {
      ...{ labelSelector, watch: true, resourceVersion: from },
      ...{ allowWatchBookmarks: true, timeoutSeconds: watchSeconds },
    };
    const stream = await api.stream(path, { query, silenceMs: (watchSeconds + 30) * 1_000, signal });
    try {
      for await (const lines of readLines(stream)) {
        for (const line of lines) take(JSON.parse(line.toString("utf8")) as WatchEvent<T>);
        backoff.reset();
      }
    } finally {
      stream.destroy();
    }
  };

  while (!signal.aborted) {
    try {
      if (version === undefined) await list();
      else {
        await watch(version);
        // A watch that ends at once must not become a loop of calls.
        await pause(backoff, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      const isGone = error instanceof KubernetesError && error.status === 410;
      if (!isGone) onTrouble?.(error as Error);
      // A watch that is refused for another reason leaves lists, at the pace of the back-off.
      if (error instanceof KubernetesError && !error.passing) version = undefined;
      await pause(backoff, signal);
    }
  }
}

async function pause(backoff: Backoff, signal: AbortSignal): Promise<void> {
  await backoff.wait(signal).catch(() => undefined);
}
