import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** Names the test run to its processes, in their environment. */
export const testRunVariable = "SWITCHYARD_TEST_RUN";

/** Where the processes of a run leave word for each other. */
export function runDirectory(runId: string): string {
  return join(tmpdir(), `switchyard-run-${runId}`);
}

/** Longer than any of this takes: then whoever began it is gone. */
const patienceMs = 120_000;

/**
 * Does something that is costly and has a text for its result once in a test run, whichever of its processes asks first; the others wait for it. Outside a
 * run it is simply done.
 */
export async function oncePerRun(name: string, work: () => Promise<string>): Promise<string> {
  const runId = process.env[testRunVariable];
  if (runId === undefined) return work();
  const directory = runDirectory(runId);
  await mkdir(directory, { recursive: true });
  const result = join(directory, name.replaceAll(/\W/g, "-"));
  const begun = `${result}.begun`;
  for (const endsAt = performance.now() + patienceMs; performance.now() < endsAt; await sleep(30)) {
    const known = await readFile(result, "utf8").catch(() => undefined);
    if (known !== undefined) return known;
    const mine = await open(begun, "wx").catch(() => undefined);
    if (mine === undefined) continue;
    await mine.close();
    try {
      const made = await work();
      await writeFile(`${result}.${process.pid}`, made);
      await rename(`${result}.${process.pid}`, result);
      return made;
    } catch (error) {
      // Another one may have better luck.
      await rm(begun, { force: true });
      throw error;
    }
  }
  return work();
}
