// `collect.mjs <service> <target>`: puts into a directory what the image of a service holds beside its packages. The repository must be built.
// The manifests of all workspaces come along, since `npm ci` compares them with the lock file; of the programs only those of the service and of the workspaces
// that it depends on.
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const [service, target] = process.argv.slice(2);
const workspaces = new Map(
  ["libs", "services"].flatMap((room) =>
    readdirSync(join(root, room), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${room}/${name}`)
      .filter((folder) => readdirSync(join(root, folder)).includes("package.json"))
      .map((folder) => [manifestOf(folder).name, folder]),
  ),
);
const first = `@switchyard/${service}`;
if (target === undefined || workspaces.get(first) !== `services/${service}`) {
  console.error("usage: collect.mjs <service> <target>");
  process.exit(64);
}

const needed = new Set([first]);
for (const name of needed)
  for (const other of Object.keys(manifestOf(workspaces.get(name)).dependencies ?? {}))
    if (workspaces.has(other)) needed.add(other);

for (const file of ["package.json", "package-lock.json", ".npmrc", "LICENSE"]) copy(file);
for (const folder of workspaces.values()) copy(`${folder}/package.json`);
for (const name of needed) copy(`${workspaces.get(name)}/dist`);
for (const file of ["entry.mjs", "programs.mjs", "smoke-test.mjs", "health.mjs"]) copy(`deploy/docker/${file}`);

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
}

/** Declarations, maps and the compiler's notes stay behind. */
function copy(path) {
  cpSync(join(root, path), join(resolve(target), path), {
    recursive: true,
    filter: (source) => !/\.(?:d\.ts|map|tsbuildinfo)$/.test(source),
  });
}
