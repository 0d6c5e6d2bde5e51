import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Makes one file of the simulator and all that it runs, from the sources as they are. Returns its path. */
export async function bundleSimulator(): Promise<string> {
  const outfile = join(root, ".cache/simulator", "simulator.mjs");
  mkdirSync(join(root, ".cache/simulator"), { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL("../main.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    conditions: ["@switchyard/source"],
    sourcemap: "inline",
    logLevel: "warning",
    external: ["pg-native"],
    // Packages in the older form ask for `require`.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  return outfile;
}
