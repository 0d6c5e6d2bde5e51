import { SwitchyardError } from "@switchyard/errors";
import { JobService, type SubmitJobsRequest } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createInMemoryTransport, route } from "@switchyard/rpc";
import { describe, expect, test, vi } from "vitest";
import { createSwitchyardClient, type SubmitterOptions } from "../src/index.js";

/** A scheduler whose answers wait until they are let go. */
function setup(options: SubmitterOptions = {}) {
  const calls: SubmitJobsRequest[] = [];
  const admitted = new Map<string, string[]>();
  const gates: (() => void)[] = [];
  const control = { held: false, errors: [] as SwitchyardError[], loseAnswers: 0, refuse: (_: string) => false };
  const transport = createInMemoryTransport({
    routes: [
      route(JobService, {
        async submitJobs(request) {
          calls.push(request);
          if (control.held) await new Promise<void>((resolve) => gates.push(resolve));
          const error = control.errors.shift();
          if (error !== undefined) throw error;
          const subjects = request.items.map((item) => item.spec?.subject ?? "");
          if (subjects.some(control.refuse)) throw new SwitchyardError("INVALID_ARGUMENT", "bad item");
          if (!admitted.has(request.requestId)) admitted.set(request.requestId, subjects);
          if (control.loseAnswers-- > 0) throw new SwitchyardError("SHARD_LOST", "lost");
          return { jobs: subjects.map((subject) => ({ jobId: `id-of-${subject}` })) };
        },
      }),
    ],
  });
  const client = createSwitchyardClient({ transport, submit: { backoff: { initialMs: 1, maxMs: 2 }, ...options } });
  const submit = (subject: string, data = new Uint8Array()) =>
    client.submit("default", { kind: "k", subject, input: { data } });
  const release = () => {
    for (const open of gates.splice(0)) open();
  };
  return { client, submit, calls, control, release, gates, admitted };
}

const subjectsOf = (request: SubmitJobsRequest | undefined) => request?.items.map((item) => item.spec?.subject);

describe("coalescing", () => {
  test("submits of one turn share a call and get their own answers", async () => {
    const { submit, calls } = setup();
    const jobs = await Promise.all(["a", "b", "c"].map((subject) => submit(subject)));
    expect(jobs.map(({ jobId }) => jobId)).toEqual(["id-of-a", "id-of-b", "id-of-c"]);
    expect(calls).toHaveLength(1);
  });

  test("what comes while a call is on its way shares the next one, in order", async () => {
    const { submit, calls, control, release, gates } = setup();
    control.held = true;
    const first = submit("first");
    await vi.waitUntil(() => gates.length === 1, { timeout: 20_000 });
    const later = [submit("b"), submit("c")];
    await Promise.resolve();
    later.push(submit("d"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toHaveLength(1);
    control.held = false;
    release();
    await Promise.all([first, ...later]);
    expect(calls.map(subjectsOf)).toEqual([["first"], ["b", "c", "d"]]);
  });

  test.each([
    ["items", { maxItems: 2 }, 0],
    ["bytes", { maxBytes: 3_000 }, 1_200],
  ])("a second call goes out only when a whole batch of %s waits, and never a third", async (_, options, size) => {
    const { submit, calls, control, release, gates } = setup(options);
    control.held = true;
    const all = [submit("a")];
    await vi.waitUntil(() => gates.length === 1, { timeout: 20_000 });
    for (const subject of ["b", "c", "d", "e", "f"]) {
      all.push(submit(subject, new Uint8Array(size)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(calls.length).toBe(2);
    control.held = false;
    release();
    await Promise.all(all);
    expect(calls.flatMap(subjectsOf)).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  test("namespaces don't share calls", async () => {
    const { client, calls } = setup();
    await Promise.all(["x", "y"].map((namespace) => client.submit(namespace, { kind: "k" })));
    expect(calls.map(({ namespace }) => namespace).sort()).toEqual(["x", "y"]);
  });
});

describe("repeats", () => {
  test("carry the same items under the same request id, and each batch has its own", async () => {
    const { submit, calls, control, admitted } = setup();
    control.loseAnswers = 2;
    await Promise.all([submit("a"), submit("b")]);
    await submit("c");
    const [first, second, third, fourth] = calls;
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(fourth?.requestId).not.toBe(first?.requestId);
    expect(first?.requestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...admitted.values()]).toEqual([["a", "b"], ["c"]]);
  });

  test("end when time is up", async () => {
    const { submit, control } = setup({ giveUpAfterMs: 0 });
    control.loseAnswers = 1_000;
    await expect(submit("a")).rejects.toMatchObject({ reason: "SHARD_LOST" });
  });

  test("end when the client is closed", async () => {
    const { client, submit, control, calls } = setup();
    control.loseAnswers = 1_000_000;
    const submitted = submit("a");
    const refused = expect(submitted).rejects.toMatchObject({ reason: "CANCELLED" });
    await vi.waitUntil(() => calls.length > 2, { timeout: 20_000 });
    client.close();
    await refused;
  });
});

describe("refusals", () => {
  test("hit only the jobs that earned them", async () => {
    const { submit, control, admitted } = setup();
    control.refuse = (subject) => subject.startsWith("bad");
    const subjects = Array.from({ length: 40 }, (_, i) => (i === 7 || i === 31 ? `bad-${i}` : `good-${i}`));
    const settled = await Promise.allSettled(subjects.map((subject) => submit(subject)));
    settled.forEach((result, i) => {
      expect(result.status).toBe(i === 7 || i === 31 ? "rejected" : "fulfilled");
    });
    const all = [...admitted.values()].flat();
    expect(all).toEqual(subjects.filter((subject) => subject.startsWith("good")));
  });

  test("that concern the caller are not tried item by item", async () => {
    const { submit, control, calls } = setup();
    control.errors.push(new SwitchyardError("PERMISSION_DENIED", "no"));
    const settled = await Promise.allSettled([submit("a"), submit("b")]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(calls).toHaveLength(1);
  });

  test("a submit that was given up before it was sent is not sent", async () => {
    const { client, submit, calls, control, release, gates } = setup();
    control.held = true;
    const first = submit("a");
    await vi.waitUntil(() => gates.length === 1, { timeout: 20_000 });
    const leaving = new AbortController();
    const second = client.submit("default", { kind: "k", subject: "b" }, { signal: leaving.signal });
    leaving.abort(new Error("changed my mind"));
    await expect(second).rejects.toThrow("changed my mind");
    const third = submit("c");
    control.held = false;
    release();
    await Promise.all([first, third]);
    expect(calls.map(subjectsOf)).toEqual([["a"], ["c"]]);
  });
});

test("the token goes with every call", async () => {
  const headers: (string | null)[] = [];
  const transport = createInMemoryTransport({
    routes: [
      route(JobService, {
        async getStatus(_, context) {
          headers.push(context.requestHeader.get("authorization"));
          return {};
        },
      }),
    ],
  });
  let token = "one";
  const client = createSwitchyardClient({ transport, token: () => token });
  await client.jobs.getStatus({});
  token = "two";
  await client.jobs.getStatus({});
  expect(headers).toEqual(["Bearer one", "Bearer two"]);
});
