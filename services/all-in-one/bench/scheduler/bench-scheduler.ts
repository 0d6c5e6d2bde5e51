import { mkdir, writeFile } from "node:fs/promises";
import { createOpenContenders } from "./contenders/open-contenders.js";
import { startBenchServer } from "./database/bench-server.js";
import { measureFigure } from "./measure-figure.js";
import { readOptions, usage } from "./options.js";
import { compileProcesses, installPeers } from "./prepare.js";
import { jsonLine } from "./report/json-line.js";
import { profileSummary } from "./report/profile.js";
import { type Result, resultsOf } from "./report/result.js";
import { cpuText, number, table } from "./report/table.js";

/** PostgreSQL's WAL that is made before anything is timed, at full scale. */
const walMb = 4_096;

/**
 * Measures the scheduler beside other queues and plain SQL, on one PostgreSQL at full durability: a table for people, and a line of JSON
 * for each figure. Progress goes to standard error. A contender that fails is left out of that figure; the exit code is 1 then.
 */
export async function benchScheduler(args: readonly string[]): Promise<void> {
  const options = optionsOrUsage(args);
  if (options === undefined) return;
  const { scale, rounds, profile, out } = options;
  const say = (text: string) => process.stderr.write(`${text}\n`);
  await compileProcesses();
  const peers = await installPeers(options.peers);
  if (profile !== undefined) await mkdir(profile, { recursive: true });
  const server = await startBenchServer(Math.min(walMb, Math.max(128, Math.round(walMb * scale))));
  const contenders = createOpenContenders(server);
  const results: Result[] = [];
  try {
    for (const figure of options.figures) {
      const measured = await measureFigure(figure, {
        ...{ server, contenders, peers, rounds, scale, profile },
        onMeasured: (name, round, { values, cpu }) => {
          const texts = figure.values.map(({ key, unit }) => `${key} ${number(values[key])} ${unit}`.trim());
          say(`${figure.name} ${round}/${rounds} ${name}: ${texts.join(", ")}; CPU us a job: ${cpuText(cpu ?? {})}`);
        },
        onLeft: (name, round, error) => {
          say(`${figure.name} ${round}/${rounds} ${name}: ${error === undefined ? "not served" : errorText(error)}`);
          if (error !== undefined) process.exitCode = 1;
        },
      });
      results.push(...resultsOf(figure, measured));
    }
  } finally {
    await contenders.keepOnly(new Set());
    await server.stop();
  }
  const lines = results.map(jsonLine).join("\n");
  process.stdout.write(`${table(results)}\n\n${lines}\n`);
  if (out !== undefined) await writeFile(out, `${lines}\n`);
  if (profile !== undefined) process.stdout.write(await profileSummary(profile));
}

function errorText(error: unknown): string {
  return `FAILED: ${error instanceof Error ? error.message : String(error)}`;
}

function optionsOrUsage(args: readonly string[]) {
  try {
    return readOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
