import { mkdir, rename, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type OutputFile, type Plugin } from "esbuild";
import { oncePerRun } from "./once-per-run.js";

const checkout = join(import.meta.dirname, "../../..");

/** Inside the checkout, so that packages are found. */
const directory = join(checkout, "node_modules/.cache/switchyard-tests");

const bundles = new Map<string, Promise<string>>();

/** Programs that a program begins as threads: the module that says where one is, and its source. */
const threads = [
  { module: /\/keeper-program\.ts$/, name: "keeperProgram", file: "libs/client/src/runner/keeper/keeper-thread.ts" },
];

/**
 * Makes one file of JavaScript out of a program of the repository (`services/.../main.ts`) and the workspace's packages, and says where it
 * is. A program that is translated while it is loaded, module by module, costs several seconds of processor time at every start. Made once
 * per process; named by what is in it, so that processes and states of the sources do not get in each other's way.
 */
export function bundleProgram(file: string): Promise<string> {
  let bundle = bundles.get(file);
  if (!bundle) {
    bundle = oncePerRun(file, () => makeBundle(file));
    bundles.set(file, bundle);
  }
  return bundle;
}

/**
 * Packages of many small modules, which no package that stays outside imports: with them inside, a process starts with 0.6 s of processor
 * time in place of 0.95 s. The others stay, since some of them look for files beside them.
 */
const comesAlong = /^(?:@bufbuild\/protobuf|@connectrpc\/[\w-]+|kysely|zod)(?:\/|$)/;

/** Keeps other packages out of the bundle, in the version that whoever imports it would get. */
const packagesStay: Plugin = {
  name: "packages stay where they are",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind === "entry-point" || pluginData === packagesStay || path.startsWith("@switchyard/")) return undefined;
      if (isBuiltin(path)) return { path, external: true };
      if (comesAlong.test(path)) return undefined;
      const found = await resolve(path, { kind, importer, resolveDir, pluginData: packagesStay });
      return found.errors.length > 0 ? { errors: found.errors } : { path: found.path, external: true };
    });
  },
};

/** Where a thread's program lies is known here alone: beside the others, in a bundle of its own. */
const threadsAreBundles: Plugin = {
  name: "threads are bundles",
  setup({ onLoad }) {
    for (const { module, name, file } of threads) {
      onLoad({ filter: module }, async () => {
        const url = pathToFileURL(await bundleProgram(file)).href;
        return { contents: `export const ${name} = () => new URL(${JSON.stringify(url)});` };
      });
    }
  },
};

async function makeBundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: { [file.replaceAll(/\W/g, "-")]: join(checkout, file) },
    outdir: directory,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What is loaded on demand stays so.
    splitting: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "esm",
    conditions: ["@switchyard/source"],
    logLevel: "error",
    plugins: [packagesStay, threadsAreBundles],
  });
  await mkdir(directory, { recursive: true });
  // Another process may be making the same: whoever reads a file finds all of it.
  await Promise.all(
    outputFiles.map(async ({ path, contents }) => {
      await writeFile(`${path}.${process.pid}`, contents);
      await rename(`${path}.${process.pid}`, path);
    }),
  );
  // The entry comes first.
  return (outputFiles[0] as OutputFile).path;
}
