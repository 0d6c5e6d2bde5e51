// Asks the registry whether a package that runs in production has a known hole, high or critical. Without an answer (no network, a mirror that
// does not keep the list) it says so and passes: a check of the sources must not depend on somebody else's server.
import { spawn } from "node:child_process";

const timeoutMs = 60_000;

const child = spawn("npm", ["audit", "--omit=dev", "--audit-level=high", "--json"], {
  stdio: ["ignore", "pipe", "ignore"],
  shell: process.platform === "win32",
  timeout: timeoutMs,
});
let text = "";
child.stdout.on("data", (chunk) => {
  text += chunk;
});
const failure = await new Promise((resolve) => {
  child.on("error", (error) => resolve(error.message));
  child.on("close", (_code, signal) => resolve(signal === null ? undefined : `no answer within ${timeoutMs / 1000} s`));
});

const report = parse(text);
const counts = report?.metadata?.vulnerabilities;
if (failure !== undefined || counts === undefined) {
  const said = String(report?.message ?? report?.error?.summary ?? "no report").split("\n", 1)[0];
  console.log(`SKIPPED: nobody looked for known holes in the dependencies (${failure ?? said})`);
} else if (counts.high + counts.critical > 0) {
  for (const { name, severity, range } of Object.values(report.vulnerabilities)) {
    if (severity === "high" || severity === "critical") console.log(`${severity}: ${name} ${range}`);
  }
  console.log("`npm audit --omit=dev` says more, and `npm audit fix` what can be done");
  process.exitCode = 1;
}

function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
