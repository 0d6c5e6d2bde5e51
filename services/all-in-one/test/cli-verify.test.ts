import { createPool, type Pool } from "@switchyard/postgres";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliFor } from "./cli-run.js";
import { startTestSystem, type TestSystem, testLogger } from "./test-system.js";

let system: TestSystem;
let cli: ReturnType<typeof cliFor>;
let pool: Pool;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "1", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" });
  cli = cliFor(system.cliEnv);
  pool = createPool({ url: system.database.url, applicationName: "vandal", log: testLogger(), max: 1 });
});
afterAll(async () => {
  await pool?.close();
  await system?.stop();
});

/** Runs jobs in the namespace of the settings: one that succeeds, one that fails, one that waits in a paused queue. */
async function someJobs(): Promise<{ readonly succeeded: string; readonly failed: string; readonly waiting: string }> {
  await cli.done("queues", "limits", "--set", "db", "--seats", "2");
  const succeeded = await cli.submit("true", "--concurrency-key", "db");
  const failed = await cli.submit("exit 3", "--max-attempts", "1");
  await cli.done("jobs", "watch", succeeded, "--from", "0");
  await cli.done("jobs", "watch", failed, "--from", "0");
  await cli.submit("true", "--queue", "held");
  await cli.done("queues", "pause", "held");
  const waiting = await cli.submit("true", "--queue", "held");
  return { succeeded, failed, waiting };
}

/** The violations that `verify` tells, as rule and message. */
async function violations(
  ...options: readonly string[]
): Promise<readonly { readonly rule: string; readonly message: string }[]> {
  const { code, out, err } = await cli.run("verify", "-o", "json", ...options);
  const lines = out.split("\n").filter((line) => line !== "");
  expect([code, err]).toEqual([lines.length > 0 ? 1 : 0, expect.stringContaining("events")]);
  return lines.map((line) => JSON.parse(line) as { rule: string; message: string });
}

describe("verify", () => {
  it("finds nothing wrong in a history that nobody touched, from its beginning and from the middle", async () => {
    await someJobs();
    expect(await cli.run("verify")).toMatchObject({
      code: 0,
      out: "",
      err: expect.stringMatching(/default: \d+ events, \d+ open jobs, no violations\n$/),
    });
    const middle = await cli.run("verify", "--from", "3");
    expect(middle).toMatchObject({
      code: 0,
      err: expect.stringContaining("judged from the first event that was read"),
    });
    expect(await cli.run("verify", "nothing-ever-happened-here")).toMatchObject({
      code: 0,
      err: expect.stringContaining("0 events"),
    });
  });

  it("goes on with what comes, until Ctrl-C", async () => {
    const following = cli.start(["verify", "--follow", "-o", "json"]);
    await cli.done("jobs", "watch", await cli.submit("true"), "--from", "0");
    following.interrupt();
    expect(await following.ended).toBe(130);
    expect(following.out()).toBe("");
  });

  it("asks for names where the token is bound to none", async () => {
    expect(await cli.run("verify", "--all")).toMatchObject({ code: 2, err: expect.stringContaining("name them") });
    expect(await cli.run("verify", "a", "--all")).toMatchObject({ code: 2, err: expect.stringContaining("not both") });
  });

  it("finds an outcome that was changed, and one that was removed", async () => {
    const { succeeded, failed } = await someJobs();
    const serial = async (id: string) =>
      Number((JSON.parse(await cli.done("jobs", "get", id, "-o", "json")) as { serial: string }).serial);
    await pool.query("update scheduler.outcomes set job_state = 'FAILED' where serial = $1 and final", [
      await serial(succeeded),
    ]);
    await pool.query("delete from scheduler.outcomes where serial = $1", [await serial(failed)]);
    const found = await violations();
    expect(found.map(({ rule }) => rule)).toEqual(["jobs-as-told", "jobs-as-told"]);
    const messages = found.map(({ message }) => message).join("\n");
    expect(messages).toContain(`Job ${succeeded} was left SUCCEEDED by its events, and it is FAILED.`);
    expect(messages).toContain(`Job ${failed} was left FAILED by its events`);
  });

  it("finds events that were removed", async () => {
    const { rows } = await pool.query<{ first_sequence: number }>(
      "select first_sequence from scheduler.events order by 1 limit 1",
    );
    await pool.query("delete from scheduler.events where first_sequence = $1", [rows[0]?.first_sequence]);
    await eventually(async () => {
      const rules = (await violations()).map(({ rule }) => rule);
      expect(rules).toContain("legal-transitions");
      expect(rules).toContain("counts-as-told");
    });
    const following = cli.start(["verify", "--follow"]);
    await following.says("legal-transitions: The first event of job");
    following.interrupt();
    expect(await following.ended).toBe(1);
  });
});
