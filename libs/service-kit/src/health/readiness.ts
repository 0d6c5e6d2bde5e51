/** Whether a service should get calls, and if not, what it waits for. Feeds `/readyz` and `grpc.health.v1`. */
export interface Readiness {
  /** True when nothing blocks. */
  readonly ready: boolean;
  /** What blocks, in words. */
  readonly blockers: readonly string[];
  /** Adds something that the service waits for; adding it twice is adding it once. */
  block(blocker: string): void;
  /** Removes it. */
  unblock(blocker: string): void;
  /** Calls back whenever `ready` changes; the returned function ends that. */
  onChange(listener: (ready: boolean) => void): () => void;
}

/** Makes a readiness, by default with nothing that blocks it. */
export function createReadiness(blockers: Iterable<string> = []): Readiness {
  const blocking = new Set(blockers);
  const listeners = new Set<(ready: boolean) => void>();
  const change = (edit: () => void) => {
    const before = blocking.size === 0;
    edit();
    const after = blocking.size === 0;
    if (before !== after) for (const listener of [...listeners]) listener(after);
  };
  return {
    get ready() {
      return blocking.size === 0;
    },
    get blockers() {
      return [...blocking];
    },
    block: (blocker) => change(() => blocking.add(blocker)),
    unblock: (blocker) => change(() => blocking.delete(blocker)),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
