// Submits one job over the Connect protocol and waits for its end: what `helm test` runs, and people with `node deploy/docker/smoke-test.mjs`.
// Ends with code 0 when the job has succeeded. Settings:
//   SMOKE_TEST_URL         where the services answer; default http://127.0.0.1:8080/rpc
//   SMOKE_TEST_TOKEN_FILE  a file with a token of the scopes submit and read; default none
//   SMOKE_TEST_NAMESPACE   default `default`
//   SMOKE_TEST_SECONDS     how long to wait; default 60
//   SMOKE_TEST_WITHOUT_RUNNER  `true`: nobody runs jobs here, so the job is cancelled once it has been accepted
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const { env } = process;
const url = env.SMOKE_TEST_URL || "http://127.0.0.1:8080/rpc";
const namespace = env.SMOKE_TEST_NAMESPACE || "default";
const token = env.SMOKE_TEST_TOKEN_FILE && readFileSync(env.SMOKE_TEST_TOKEN_FILE, "utf8").trim();
const until = Date.now() + Number(env.SMOKE_TEST_SECONDS || 60) * 1000;
const open = ["JOB_STATE_BLOCKED", "JOB_STATE_SCHEDULED", "JOB_STATE_QUEUED", "JOB_STATE_RUNNING"];

/** Asks until there is an answer: right after an installation a service may still be starting. */
async function call(method, message) {
  for (;;) {
    try {
      const response = await fetch(`${url}/switchyard.scheduler.v1.JobService/${method}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "connect-protocol-version": "1",
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(message),
        signal: AbortSignal.timeout(15_000),
      });
      const text = await response.text();
      if (response.ok) return JSON.parse(text);
      // Wrong tokens and requests do not get better by waiting.
      if (response.status < 500 && response.status !== 429) throw new Refusal(`${response.status} ${text}`);
      console.log(`${method}: ${response.status} ${text}`);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      console.log(`${method}: ${error.cause?.message ?? error.message}`);
    }
    if (Date.now() > until) throw new Refusal(`${method} was not answered in time`);
    await sleep(1000);
  }
}

class Refusal extends Error {}

const data = Buffer.from(JSON.stringify({ command: ["true"] })).toString("base64");
const spec = { kind: "shell.run", input: { data, contentType: "application/json" } };
const submit = { namespace, requestId: crypto.randomUUID(), items: [{ spec }] };

const { jobs } = await call("SubmitJobs", submit);
const { jobId } = jobs[0];
console.log(`accepted: ${jobId}`);
if (env.SMOKE_TEST_WITHOUT_RUNNER === "true") await call("CancelJobs", { namespace, jobIds: [jobId] });

const expected = env.SMOKE_TEST_WITHOUT_RUNNER === "true" ? "JOB_STATE_CANCELLED" : "JOB_STATE_SUCCEEDED";
let state;
do {
  if (Date.now() > until) throw new Refusal(`the job is ${state} and has not ended in time`);
  await sleep(200);
  ({ state } = (await call("GetJob", { namespace, jobId })).job);
} while (open.includes(state));
console.log(`ended: ${state}`);
process.exitCode = state === expected ? 0 : 1;
