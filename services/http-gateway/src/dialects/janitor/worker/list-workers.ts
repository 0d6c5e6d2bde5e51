import { allRunners } from "../../../core/runner-pages.js";
import type { Core } from "../core-access.js";
import { listAccounts } from "./accounts.js";
import { runnerIdOf } from "./runner-id.js";
import { type WorkerView, workerView } from "./worker-view.js";

/** Reads every worker that has an account, by name, with what the core knows about it. */
export async function listWorkers(core: Core): Promise<WorkerView[]> {
  const [accounts, runners] = await Promise.all([listAccounts(core), allRunners(core.core, core.config.namespace)]);
  const byId = new Map(runners.map((runner) => [runner.id, runner]));
  const nowMs = Date.now();
  return accounts.map((account) => workerView(account, byId.get(runnerIdOf(account.name)), nowMs));
}

/** Counts the runs that workers have now, by the worker's name. */
export async function countActiveRuns({ core, config: { namespace } }: Core): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { id, spec, held } of await allRunners(core, namespace)) {
    const name = spec?.name ?? id;
    if (held.length > 0) counts.set(name, (counts.get(name) ?? 0) + held.length);
  }
  return counts;
}
