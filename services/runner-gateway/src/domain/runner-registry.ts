import { SwitchyardError } from "@switchyard/errors";
import { type RunnerRecord, runnerKey } from "./runner-record.js";

/** What this process knows of registered runners: read once, kept until somebody announces a change. */
export interface RunnerRegistry {
  /** The runner as last announced; undefined when it is not registered. */
  find(namespace: string, id: string): Promise<RunnerRecord | undefined>;
  /**
   * The same for calls that need a runner that may work.
   * @throws SwitchyardError RUNNER_NOT_FOUND, or TOKEN_REVOKED when it was revoked
   */
  require(namespace: string, id: string): Promise<RunnerRecord>;
  /** Forgets what is known of a runner and tells the subscribers. */
  changed(namespace: string, id: string): void;
  /** Forgets everything, after announcements may have been missed. */
  changedAll(): void;
  /** Calls back for each change; undefined: any runner may have changed. */
  subscribe(onChange: (runner: { readonly namespace: string; readonly id: string } | undefined) => void): void;
}

/** What {@link createRunnerRegistry} needs. */
export interface RunnerRegistryDeps {
  readonly load: (namespace: string, id: string) => Promise<RunnerRecord | undefined>;
  /** Whether announcements arrive; without them nothing is kept. */
  readonly isListening: () => boolean;
  /** Most runners kept. Default 100,000. */
  readonly maxKept?: number;
}

/** Creates the registry. Unknown runners are never kept, so that a registration elsewhere is seen at once. */
export function createRunnerRegistry(deps: RunnerRegistryDeps): RunnerRegistry {
  const { load, isListening, maxKept = 100_000 } = deps;
  const kept = new Map<string, Promise<RunnerRecord | undefined>>();
  const subscribers: Parameters<RunnerRegistry["subscribe"]>[0][] = [];

  function find(namespace: string, id: string): Promise<RunnerRecord | undefined> {
    if (!isListening()) return load(namespace, id);
    const key = runnerKey(namespace, id);
    const known = kept.get(key);
    if (known !== undefined) return known;
    // The promise itself is kept: a change announced while it is under way drops it, and no late answer brings it back.
    const loading = load(namespace, id);
    kept.set(key, loading);
    const drop = () => {
      if (kept.get(key) === loading) kept.delete(key);
    };
    loading.then((record) => record === undefined && drop(), drop);
    if (kept.size > maxKept) kept.delete(kept.keys().next().value as string);
    return loading;
  }

  return {
    find,
    async require(namespace, id) {
      return requireUsable(await find(namespace, id), id);
    },
    changed(namespace, id) {
      kept.delete(runnerKey(namespace, id));
      for (const onChange of subscribers) onChange({ namespace, id });
    },
    changedAll() {
      kept.clear();
      for (const onChange of subscribers) onChange(undefined);
    },
    subscribe(onChange) {
      subscribers.push(onChange);
    },
  };
}

/**
 * Refuses a runner that does not exist or was revoked.
 * @throws SwitchyardError RUNNER_NOT_FOUND, TOKEN_REVOKED
 */
export function requireUsable<T extends RunnerRecord>(record: T | undefined, id: string): T {
  if (record === undefined) {
    throw new SwitchyardError("RUNNER_NOT_FOUND", `runner ${id} is not registered`, { runner: id });
  }
  if (record.revokedAtMs !== undefined) {
    throw new SwitchyardError("TOKEN_REVOKED", `runner ${id} was revoked`, { runner: id });
  }
  return record;
}
