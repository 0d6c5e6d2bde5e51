import { randomUUID } from "node:crypto";
import { type KubeObject, kinds, Refusal, type Resource } from "./objects.js";

export interface WatchEvent {
  readonly version: number;
  readonly resource: Resource;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  /** As it was then. */
  readonly object: KubeObject;
}

type Listener = (event: WatchEvent) => void;

/** Objects with a version for each change, and the changes themselves for watches. */
export function createStore() {
  const objects: Record<Resource, Map<string, KubeObject>> = { jobs: new Map(), pods: new Map(), secrets: new Map() };
  const listeners = new Set<Listener>();
  let history: WatchEvent[] = [];
  let version = 1_000;
  let compacted = 0;

  const emit = (resource: Resource, type: WatchEvent["type"], object: KubeObject) => {
    version += 1;
    object.metadata.resourceVersion = String(version);
    const event = { version, resource, type, object: structuredClone(object) };
    history.push(event);
    for (const listener of [...listeners]) listener(event);
  };

  return {
    get version() {
      return version;
    },
    list: (resource: Resource) => [...objects[resource].values()],
    find: (resource: Resource, name: string) => objects[resource].get(name),
    create<T extends KubeObject>(resource: Resource, namespace: string, body: T): T {
      const { name } = body.metadata;
      if (objects[resource].has(name)) throw new Refusal(409, "AlreadyExists", `${resource} "${name}" already exists`);
      const { kind, apiVersion } = kinds[resource];
      const metadata = {
        ...body.metadata,
        ...{ namespace, uid: randomUUID(), creationTimestamp: new Date().toISOString().replace(/\.\d+/, "") },
      };
      const object = { ...structuredClone(body), kind, apiVersion, metadata } as T;
      objects[resource].set(name, object);
      emit(resource, "ADDED", object);
      return object;
    },
    changed(resource: Resource, object: KubeObject) {
      if (objects[resource].get(object.metadata.name) === object) emit(resource, "MODIFIED", object);
    },
    remove(resource: Resource, object: KubeObject) {
      if (objects[resource].get(object.metadata.name) !== object) return;
      objects[resource].delete(object.metadata.name);
      emit(resource, "DELETED", object);
    },
    /** Changes after a version; undefined when they are not all kept any more. */
    since: (from: number) => (from < compacted ? undefined : history.filter((event) => event.version > from)),
    /** Forgets all changes: watches from earlier versions are refused. */
    compact() {
      history = [];
      // What nobody has seen yet: a watch from the latest version is too old as well.
      version += 1;
      compacted = version;
    },
    listen(listener: Listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export type Store = ReturnType<typeof createStore>;
