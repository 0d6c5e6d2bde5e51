// A runner in small, to be killed: one job whose processes heed no SIGTERM, one of them in a session of its own, and directories of attempts
// below the one that it is given: `kept` is done with and `left` is not.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createGuardian } from "../src/guardian/guardian.js";
import { processEnvironment } from "../src/process/environment.js";
import { spawnProcess } from "../src/process/spawn-process.js";

const guardian = createGuardian();
const mark = { namespace: "test", jobId: `guarded-${process.pid}`, attempt: 1 };
const child = await spawnProcess({
  file: "/bin/sh",
  args: ["-c", `trap "" TERM; setsid sh -c 'trap "" TERM; sleep 120; sleep 120' & sleep 120; sleep 120`],
  env: processEnvironment(process.env, {}, mark, ""),
  cwd: "/",
});
const group = { id: child.pid, jobId: mark.jobId, attempt: mark.attempt };
guardian.add(group);
for (const name of ["kept one", "left one", "left two"]) {
  const path = join(process.env["GUARDED_DIRECTORY"] as string, name);
  await mkdir(path);
  await writeFile(join(path, "file"), "");
  guardian.addDirectory(path);
}
guardian.dropDirectory(join(process.env["GUARDED_DIRECTORY"] as string, "kept one"));
process.stdout.write(`${JSON.stringify(group)}\n`);
setInterval(() => undefined, 1_000);
