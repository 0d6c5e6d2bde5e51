import type { RunnerStore } from "@switchyard/runner-gateway";
import type { DatabaseLink } from "./connection.js";
import { createSimListener, type Listeners } from "./listener.js";
import type { RunnerRow } from "./rows.js";

/** The channel of changed runners; the others are about pools and tokens, which are not simulated. */
const runnerChannel = "switchyard_runners";

/** The rows of all runners, and who hears of their changes. */
export class RunnerTables {
  readonly runners = new Map<string, RunnerRow & { readonly lostUntil: number }>();
  readonly listeners: Listeners<string> = new Set();

  announce(namespace: string, id: string): void {
    for (const listener of this.listeners) listener(JSON.stringify([namespace, id]));
  }
}

const keyOf = (namespace: string, id: string) => `${namespace}\n${id}`;

/** The gateway's store over simulated tables, for one process. */
export function createSimRunnerStore(tables: RunnerTables, link: DatabaseLink): RunnerStore {
  const { runners } = tables;
  const run = <T>(statement: () => T) => link.run(statement);
  const change = (namespace: string, id: string, changed: Partial<RunnerRow>): boolean => {
    const row = runners.get(keyOf(namespace, id));
    if (!row) return false;
    runners.set(keyOf(namespace, id), { ...row, ...changed });
    return true;
  };

  return {
    listen: (options) =>
      createSimListener(link, tables.listeners, {
        hear: (payload) => options.onNotification(runnerChannel, payload),
        onReconnect: options.onReconnect,
      }),
    register: ({ runner, now, seen, nameUnique }) =>
      run(() => {
        const { namespace, id } = runner;
        const isNamed = (row: RunnerRow) => row.namespace === namespace && row.name === runner.name;
        if (nameUnique && [...runners.values()].some(isNamed)) return undefined;
        const old = runners.get(keyOf(namespace, id));
        const row = {
          ...{ draining: false, version: "", hostname: "", registeredAtMs: now.getTime(), credential: undefined },
          ...{ completed: 0, failed: 0, lost: 0, lastSeenAtMs: undefined, present: false, lostUntil: 0 },
          ...old,
          ...runner,
          paused: false,
          revokedAtMs: undefined,
          ...(seen && { lastSeenAtMs: now.getTime(), present: true }),
        };
        runners.set(keyOf(namespace, id), row);
        tables.announce(namespace, id);
        return { row, created: old === undefined };
      }),
    change: (namespace, id, { revokedAt, ...changed }) =>
      run(() => {
        const exists = change(namespace, id, { ...changed, ...(revokedAt && { revokedAtMs: revokedAt.getTime() }) });
        if (exists) tables.announce(namespace, id);
        return exists;
      }),
    findRunner: (namespace, id) => run(() => runners.get(keyOf(namespace, id))),
    findCredentialOwner: () => run(() => undefined),
    writeActivity: (changes) =>
      run(() => {
        for (const { namespace, runnerId, seenAtMs, present, completed, failed } of changes) {
          const row = runners.get(keyOf(namespace, runnerId));
          if (!row) continue;
          const isOlder = seenAtMs !== undefined && row.lastSeenAtMs !== undefined && seenAtMs < row.lastSeenAtMs;
          change(namespace, runnerId, {
            lastSeenAtMs: isOlder ? row.lastSeenAtMs : (seenAtMs ?? row.lastSeenAtMs),
            present: isOlder ? row.present : (present ?? row.present),
            completed: row.completed + completed,
            failed: row.failed + failed,
          });
        }
      }),
    countLost: (lost) =>
      run(() => {
        const before = new Map([...runners].map(([key, { lostUntil }]) => [key, lostUntil]));
        for (const { namespace, runnerId, lostAtMs } of lost) {
          const key = keyOf(namespace, runnerId);
          const row = runners.get(key);
          if (!row || lostAtMs <= (before.get(key) ?? 0)) continue;
          runners.set(key, { ...row, lost: row.lost + 1, lostUntil: Math.max(row.lostUntil, lostAtMs) });
        }
      }),
  };
}
