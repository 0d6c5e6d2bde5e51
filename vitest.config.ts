import { defineConfig } from "vitest/config";

const conditions = ["@switchyard/source", "node", "import", "module", "default"];

/** Every test of the repository in one run: unit tests beside the code, integration tests in `test/`. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["libs/*/{src,test}/**/*.test.ts", "services/*/{src,test}/**/*.test.ts"],
    globalSetup: ["libs/testkit/src/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: ".test-results/vitest.json" }]] : ["default"],
  },
});
