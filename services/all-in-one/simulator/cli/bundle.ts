import { mkdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { type Bug, plant } from "../bugs/bug.js";

/** The repository. */
export const root = fileURLToPath(new URL("../../../../", import.meta.url));

/**
 * Makes one file of the simulator and all that it runs, from the sources as they are, or with a bug planted in them. Returns its path.
 *
 * @throws Error when the text that a bug replaces is not in its file exactly once
 */
export async function bundleSimulator(bug?: Bug): Promise<string> {
  const folder = join(root, "node_modules/.cache/switchyard-simulator");
  const outfile = join(folder, `${bug?.name ?? "as-it-is"}-${process.pid}.mjs`);
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL("../worker.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    conditions: ["@switchyard/source"],
    logLevel: "warning",
    external: ["pg-native"],
    // Packages in the older form ask for `require`.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    plugins: bug ? [planting(bug)] : [],
  });
  return outfile;
}

function planting(bug: Bug): Plugin {
  return {
    name: "planted-bug",
    setup({ onLoad, onEnd }) {
      let planted = false;
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (relative(root, path) !== bug.file) return undefined;
        planted = true;
        return { contents: plant(bug, readFileSync(path, "utf8")), loader: "ts" };
      });
      onEnd(() => {
        if (!planted) throw new Error(`${bug.name}: ${bug.file} is no part of the simulator`);
      });
    },
  };
}
