// Prints the one line that sums up a run of the tests, from the JSON report that vitest writes when CI is set.
import { existsSync, readFileSync } from "node:fs";

const report = ".test-results/vitest.json";
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = existsSync(report)
  ? JSON.parse(readFileSync(report, "utf8"))
  : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

/** A file that failed outside of its tests (it did not load, or a hook threw) counts as one failure: it must not vanish. */
const brokenFiles = testResults.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.every((test) => test.status !== "failed"),
).length;

const failed = numFailedTests + brokenFiles;
console.log(`tests: ${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`);
