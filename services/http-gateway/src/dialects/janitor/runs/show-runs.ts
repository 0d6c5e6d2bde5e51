import type { Core } from "../core-access.js";
import { getCodebase, getCodebases } from "../documents/codebases.js";
import { resumedRunOf, resumedRunsOf } from "../documents/assignments.js";
import { activeRunView, watchedRunView } from "./active-run-view.js";
import type { Run } from "./find-run.js";

/** Shows a run, with what the catalog knows about it. */
export async function showRun(core: Core, run: Run): Promise<object> {
  const [codebase, resumeFrom] = await Promise.all([
    getCodebase(core, run.job.spec?.subject ?? ""),
    resumedRunOf(core, run.attempt.id),
  ]);
  return activeRunView(run, { codebase, resumeFrom }, Date.now());
}

/** Shows runs with what the watchdog knows about them. */
export async function showWatchedRuns(core: Core, runs: readonly Run[]): Promise<object[]> {
  const names = [...new Set(runs.map(({ job }) => job.spec?.subject ?? ""))];
  const [codebases, resumed] = await Promise.all([
    getCodebases(core, names),
    resumedRunsOf(
      core,
      runs.map(({ attempt }) => attempt.id),
    ),
  ]);
  const nowMs = Date.now();
  return runs.map((run) => {
    const codebase = codebases.get(run.job.spec?.subject ?? "");
    const resumeFrom = resumed.get(run.attempt.id) ?? null;
    return watchedRunView(run, { codebase, resumeFrom }, nowMs, core.config.runTimeoutMs);
  });
}
