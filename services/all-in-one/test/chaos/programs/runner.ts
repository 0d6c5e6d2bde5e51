import { setTimeout as sleep } from "node:timers/promises";
import { createRunner, type JobContext, JobFailure } from "@switchyard/client";
import { recordingRunners } from "../record/recording-runners.js";
import { openProgram } from "./settings.js";
import type { Work } from "./work.js";

// A runner process of the harness: one runner for each namespace, made with the SDK, that notes what it is given, does and is answered.

const { settings, journal, openClient } = openProgram();
const client = openClient();

async function work(runner: string, { lease, input, log, signal }: JobContext): Promise<unknown> {
  const { jobId: job, attempt } = lease;
  journal.note({ type: "run", step: "begun", runner, job, attempt });
  try {
    const { takesMs, lines, fails } = input.json<Work>();
    for (let line = 0; line < lines; line += 1) {
      log().info(`${attempt}/${line}`);
      await sleep(takesMs / (lines + 1), undefined, { signal });
    }
    await sleep(takesMs / (lines + 1), undefined, { signal });
    if (fails === "always") throw new JobFailure("for good");
    if (fails === "first" && attempt === 1) throw new JobFailure("this once", { retryable: true });
    return { job, attempt };
  } finally {
    journal.note({ type: "run", step: "ended", runner, job, attempt });
  }
}

const runners = settings.namespaces.map((namespace) => {
  const runner = createRunner({
    client: { runners: recordingRunners(client.runners, journal) },
    ...{ namespace, name: "chaos", kinds: ["work"], slots: Math.ceil(120 / settings.namespaces.length) },
    ...(settings.runnerId === "" ? {} : { runnerId: `${settings.runnerId}-${namespace}` }),
    execute: (context) => work(runner.id ?? "", context),
  });
  return runner;
});
await Promise.all(runners.map((runner) => runner.start()));
console.info("ready");

async function stop(): Promise<void> {
  await Promise.all(runners.map((runner) => runner.stop(10_000)));
  client.close();
  journal.close();
}
process.once("SIGTERM", () => void stop());
