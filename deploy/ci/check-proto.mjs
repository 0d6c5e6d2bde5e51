// Checks the contracts against the code that is made from them and against the contracts that others already use.
// Needs git and what `npm ci` installs; never the network.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative, sep } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const programs = join(root, "node_modules", ".bin");
const generated = join("libs", "proto", "src");

/** Runs a program at the root; its output is shown only by whoever wants it. */
function run(command, args, env = {}) {
  const path = `${programs}${delimiter}${process.env.PATH}`;
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PATH: path, ...env },
    shell: process.platform === "win32" && command !== "git",
  });
  if (result.error) throw result.error;
  return result;
}

/** As {@link run}, and a failure is the end. */
function mustRun(command, args, env) {
  const result = run(command, args, env);
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${result.stdout}${result.stderr}`);
  return result.stdout.trim();
}

/** Every file below a folder, by its path in there. */
function filesOf(folder) {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [relative(folder, path).split(sep).join("/"), readFileSync(path, "utf8")]),
  );
}

/** Generates anew beside the repository, and names the files that differ. */
function staleFiles(scratch) {
  mustRun("buf", ["generate", "--output", scratch]);
  const fresh = filesOf(join(scratch, generated));
  const committed = filesOf(join(root, generated));
  return [...new Set([...fresh.keys(), ...committed.keys()])]
    .filter((path) => fresh.get(path) !== committed.get(path))
    .map((path) => {
      const what = !committed.has(path) ? "is missing" : !fresh.has(path) ? "has no contract" : "differs";
      return `${generated}/${path} ${what}`;
    });
}

/** The commit that a name stands for, if there is one with contracts. */
function commitWithContracts(name) {
  const found = run("git", ["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
  if (found.status !== 0) return undefined;
  const commit = found.stdout.trim();
  return run("git", ["cat-file", "-e", `${commit}:proto`]).status === 0 ? commit : undefined;
}

/** Where this branch left main; on main itself, the commit before. */
function baseCommit() {
  const head = mustRun("git", ["rev-parse", "HEAD"]);
  for (const main of ["origin/main", "main"]) {
    const base = run("git", ["merge-base", "HEAD", main]);
    if (base.status === 0) {
      const commit = base.stdout.trim();
      return commitWithContracts(commit === head ? "HEAD^" : commit);
    }
  }
  return commitWithContracts("HEAD^");
}

/** What breaks those who use the contracts of a commit. */
function breakingChanges(commit, scratch) {
  const index = { GIT_INDEX_FILE: join(scratch, "index") };
  const before = join(scratch, "before");
  mustRun("git", ["read-tree", `${commit}:proto`], index);
  mustRun("git", ["checkout-index", "--all", `--prefix=${before}/proto/`], index);
  copyFileSync(join(root, "buf.yaml"), join(before, "buf.yaml"));
  const { status, stdout, stderr } = run("buf", ["breaking", "--against", before]);
  return status === 0 ? [] : `${stdout}${stderr}`.trim().split("\n");
}

const scratch = mkdtempSync(join(tmpdir(), "check-proto-"));
try {
  const problems = staleFiles(scratch);
  if (problems.length > 0) problems.push("Run `npm run gen` and commit what it makes.");
  const base = baseCommit();
  if (base === undefined) console.log("proto: no earlier contracts to compare with");
  else problems.push(...breakingChanges(base, scratch));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else
    console.log(`proto: generated code is current${base ? `; nothing breaks what ${base.slice(0, 12)} promised` : ""}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
