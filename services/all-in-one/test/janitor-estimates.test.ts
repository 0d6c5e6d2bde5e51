import { afterAll, beforeAll, expect, it } from "vitest";
import { janitorCalls, uniqueName } from "./janitor-calls.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// What the past of a codebase tells about its next run.
let system: TestSystem;
const janitor = janitorCalls(() => `http://${system.addresses.http}/janitor`);

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
});
afterAll(() => system.stop());

interface Queued {
  readonly offset: number;
  readonly estimated_duration: number;
}

/** Uploads a candidate and answers its place: the value of a run that follows from it, and how long it will take. */
async function estimate(candidate: object): Promise<{ readonly value: number; readonly seconds: number }> {
  const { body } = await janitor.call("POST", "/candidates", [candidate]);
  const [{ offset, estimated_duration: seconds }] = (body as { success: [Queued] }).success;
  return { value: (20_000 + 1000 * seconds) / offset, seconds };
}

it("estimates come from the runs that were no accident", async () => {
  const name = uniqueName();
  await janitor.upload([name]);
  const candidate = { codebase: name, campaign: "unchanged", value: 40 };
  const run = async (result: object) => {
    const assignment = await janitor.assign({ codebase: name, campaign: "unchanged" });
    expect((await janitor.finish(String(assignment?.["id"]), result)).status).toBe(201);
  };
  const close = (value: number) => expect.closeTo(value, 6);

  expect(await estimate({ ...candidate, context: "1.0" })).toEqual({ value: close(140), seconds: 15 });
  await run({ code: "success" });

  const { seconds } = await estimate(candidate);
  expect(seconds).not.toBe(15);
  expect(await estimate(candidate)).toEqual({ value: close(40 * 0.5), seconds });
  expect(await estimate({ ...candidate, context: "2.0" })).toEqual({ value: close(40), seconds });
  expect(await estimate({ ...candidate, context: "1.0" })).toEqual({ value: close(40 * 0.1), seconds });
  // Another campaign has no runs yet; how long it takes is known from this one.
  const other = { ...candidate, campaign: "fresh-releases", context: "1.0" };
  expect(await estimate(other)).toEqual({ value: close(140), seconds });

  await estimate({ ...candidate, context: "3.0" });
  await run({ code: "worker-failure", transient: true });
  expect(await estimate({ ...candidate, context: "3.0" })).toEqual({ value: close(40), seconds });

  await estimate({ ...candidate, context: "4.0" });
  await run({ code: "command-failed" });
  const chance = 11 / 21;
  expect((await estimate({ ...candidate, context: "5.0" })).value).toEqual(close(40 * chance));
  expect((await estimate({ ...candidate, context: "4.0" })).value).toEqual(close(40 * chance * 0.1));
});
