// Runs the parts of `npm run check`, two at a time, all of them even when one fails, and says how each went.
// `npm run check -- types format` runs these parts alone. A part is a script of the root's package.json.
import { spawn } from "node:child_process";

/** The longest first, so that the short ones fill the other lane. */
const parts = ["types", "lint:types", "proto", "layers", "unused", "lint:syntax", "format", "audit"];
const lanes = 2;

const chosen = process.argv.length > 2 ? process.argv.slice(2) : parts;
const unknown = chosen.filter((part) => !parts.includes(part));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(", ")}; there are ${parts.join(", ")}`);
  process.exit(2);
}

/** Runs one part; its output is kept together, and shown only when it failed. */
function run(part) {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn("npm", ["run", "--silent", part], {
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    const output = [];
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    child.on("error", (error) => output.push(Buffer.from(String(error))));
    child.on("close", (code) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const text = Buffer.concat(output).toString();
      if (code !== 0) process.stdout.write(`\n--- ${part} failed:\n${text}\n`);
      // A part that could not do its work says so, and is told apart from one that did.
      const skipped = code === 0 ? /^SKIPPED.*$/m.exec(text)?.[0] : undefined;
      const word = code !== 0 ? "FAILED " : skipped === undefined ? "ok     " : "SKIPPED";
      resolve({
        ...{ part, passed: code === 0, skipped: skipped !== undefined },
        line: `${word} ${part.padEnd(11)} ${seconds} s${skipped?.replace("SKIPPED", "") ?? ""}`,
      });
    });
  });
}

const waiting = [...chosen];
const results = [];
const lane = async () => {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const result = await run(part);
    console.log(result.line);
    results.push(result);
  }
};
await Promise.all(Array.from({ length: lanes }, lane));

const failed = results.filter(({ passed }) => !passed).map(({ part }) => part);
const skipped = results.filter((result) => result.skipped).map(({ part }) => part);
const but = skipped.length === 0 ? "" : `, but skipped: ${skipped.join(", ")}`;
console.log(failed.length === 0 ? `check: all parts passed${but}` : `check: failed: ${failed.join(", ")}${but}`);
if (failed.length > 0) process.exitCode = 1;
