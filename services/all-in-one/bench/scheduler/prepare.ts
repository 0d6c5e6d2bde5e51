import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import type { PeerName } from "./contenders/contender.js";
import { peersFolder, peersNode, processesProject } from "./contenders/paths.js";

const run = promisify(execFile);

/** Compiles the processes and everything that they import; quick when nothing has changed. */
export async function compileProcesses(): Promise<void> {
  const compiler = new URL("../../../../node_modules/typescript/bin/tsc", import.meta.url).pathname;
  await run(process.execPath, [compiler, "-b", processesProject]).catch((error: { readonly stdout?: string }) => {
    throw new Error(`the processes do not compile:\n${error.stdout}`);
  });
}

/**
 * Installs what the peers need and the machine lacks: their npm packages, and Redis where `apt-get` can bring it.
 *
 * @returns the peers that can be measured; why another one can't is said on standard error
 */
export async function installPeers(wanted: readonly PeerName[]): Promise<readonly PeerName[]> {
  if (wanted.length === 0) return wanted;
  if (!existsSync(peersNode)) {
    process.stderr.write("installing the peers ...\n");
    await run("npm", ["ci", "--prefix", peersFolder]);
  }
  if (!wanted.includes("bullmq-redis") || (await hasRedis())) return wanted;
  process.stderr.write("installing redis-server ...\n");
  await run("apt-get", ["install", "-y", "--no-install-recommends", "redis-server"]).catch(() => undefined);
  if (await hasRedis()) return wanted;
  process.stderr.write("bullmq-redis is left out: there is no redis-server, and it can't be installed here\n");
  return wanted.filter((name) => name !== "bullmq-redis");
}

async function hasRedis(): Promise<boolean> {
  return run("redis-server", ["--version"]).then(
    () => true,
    () => false,
  );
}
