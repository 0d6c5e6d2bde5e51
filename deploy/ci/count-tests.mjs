// Prints what failed in a run of the tests, and then the one line that sums it up, from the JSON report that vitest writes
// when CI is set. The names come last because a log is often cut at its start.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

const report = ".test-results/vitest.json";
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = existsSync(report)
  ? JSON.parse(readFileSync(report, "utf8"))
  : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

/** The first lines of an error: what was expected, and where. */
const shortened = (message) => message.split("\n").slice(0, 12).join("\n    ");

/** A file that failed outside of its tests (it did not load, or a hook threw) counts as one failure: it must not vanish. */
const isBroken = ({ status, assertionResults }) =>
  status === "failed" && assertionResults.every((test) => test.status !== "failed");

for (const file of testResults) {
  const name = relative(process.cwd(), file.name);
  if (isBroken(file)) console.log(`failed: ${name}\n    ${shortened(file.message ?? "")}`);
  for (const { status, fullName, failureMessages } of file.assertionResults) {
    if (status === "failed")
      console.log(`failed: ${name} > ${fullName}\n    ${failureMessages.map(shortened).join("\n    ")}`);
  }
}

const failed = numFailedTests + testResults.filter(isBroken).length;
console.log(`tests: ${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`);
