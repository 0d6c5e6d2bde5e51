import { readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

const root = import.meta.dirname;

/** Workspace packages run from their sources; no build is needed before a test. */
const workspaceSources = [
  { find: /^@switchyard\/proto\/(.+)$/, replacement: `${root}/libs/proto/src/$1.ts` },
  ...["libs", "services"].flatMap((room) =>
    readdirSync(`${root}/${room}`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => ({
        find: new RegExp(`^@switchyard/${name}$`),
        replacement: `${root}/${room}/${name}/src/index.ts`,
      })),
  ),
];

/** Every test of the repository in one run: unit tests beside the code, integration tests in `test/`. */
export default defineConfig({
  resolve: { alias: workspaceSources },
  test: {
    include: [
      "libs/*/{src,test}/**/*.test.ts",
      "services/*/{src,test}/**/*.test.ts",
      "deploy/{docker,compose,helm}/test/*.test.ts",
      // Installs an image's packages anew, which takes minutes: `npm run test:image`.
      ...(process.env.IMAGE_TEST ? ["deploy/docker/test/image.long.ts"] : []),
    ],
    globalSetup: ["libs/testkit/src/global-setup.ts"],
    pool: "forks",
    maxWorkers: 3,
    // Whole systems live and die in these processes: with Node's small space for young objects a twelfth of their time was collection of garbage.
    execArgv: ["--max-semi-space-size=64"],
    // One process runs many files after each other: loading the sources anew for each cost a third of the run.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 90_000,
    reporters: process.env.CI ? ["default", ["json", { outputFile: ".test-results/vitest.json" }]] : ["default"],
  },
});
