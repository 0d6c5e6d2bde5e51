import { ConnectError } from "@connectrpc/connect";
import { errorInfo } from "@switchyard/errors";
import { RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import {
  RegisterRunnerRequest_Mode as Mode,
  RunnerMode,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { sha256 } from "@switchyard/service-kit";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeActivity } from "../src/store/write-activity.js";
import { createFixture, type Fixture, firstSync, newNamespace, ref, register } from "./fixture.js";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await createFixture();
});
afterAll(() => fixture.close());

async function reasonOf(call: Promise<unknown>): Promise<string | undefined> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof ConnectError ? errorInfo(error)?.reason : undefined;
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe("registration", () => {
  it("NEW makes an id, takes a name twice, and is no sign of life", async () => {
    const namespace = newNamespace();
    const first = await fixture.runners.registerRunner({ namespace, spec: { name: "same" } });
    const second = await fixture.runners.registerRunner({ namespace, mode: Mode.NEW, spec: { name: "same" } });
    expect(first.created && second.created).toBe(true);
    expect(first.runner?.id).not.toBe(second.runner?.id);
    expect([first.runner?.state, first.runner?.lastSeenTime]).toEqual([RunnerState.OFFLINE, undefined]);
    expect(first.token).toBe("");
  });

  it("UPSERT keeps counters and first registration, and replaces the rest", async () => {
    const namespace = newNamespace();
    const request = { namespace, mode: Mode.UPSERT, runnerId: "r1" };
    const attributes = { data: Buffer.from("{}"), contentType: "application/json" };
    const first = await fixture.runners.registerRunner({ ...request, spec: { name: "a", slots: 3, attributes } });
    const job = fixture.scheduler.submit(namespace);
    fixture.scheduler.jobs.grant(job, "r1");
    await fixture.runners.completeJob({ namespace, runnerId: "r1", attempt: ref(job.id) });
    await fixture.runners.heartbeat({ namespace, runnerId: "r1", mode: 2 });

    const second = await fixture.runners.registerRunner({ ...request, spec: { name: "b" } });
    expect([first.created, second.created]).toEqual([true, false]);
    expect(second.runner?.registerTime).toEqual(first.runner?.registerTime);
    expect([second.runner?.spec?.name, second.runner?.paused, second.runner?.state]).toEqual([
      "b",
      false,
      RunnerState.IDLE,
    ]);
    expect(Buffer.from(first.runner?.spec?.attributes?.data ?? [])).toEqual(attributes.data);
    expect((await fixture.fleet.getRunner({ namespace, runnerId: "r1" })).runner?.completedCount).toBe(1n);
  });

  it("UPSERT releases what an earlier process held only when asked to", async () => {
    const namespace = newNamespace();
    await register(fixture, namespace, "r1");
    const job = fixture.scheduler.submit(namespace);
    await fixture.runners.claimJob({ namespace, runnerId: "r1" });
    const request = { namespace, mode: Mode.UPSERT, runnerId: "r1" };
    const kept = await fixture.runners.registerRunner(request);
    expect([job.holder, kept.runner?.held.length]).toEqual(["r1", 1]);
    const released = await fixture.runners.registerRunner({ ...request, releaseHeld: true });
    expect([job.holder, released.runner?.held]).toEqual([undefined, []]);
    expect(fixture.scheduler.presence.get(`${namespace}/r1`)).toBe(60_000);
  });

  it("NAME_UNIQUE gives a name to one of many who want it at once", async () => {
    const namespace = newNamespace();
    const other = await fixture.addGateway();
    const request = { namespace, mode: Mode.NAME_UNIQUE, spec: { name: "only" } };
    const calls = Array.from({ length: 10 }, (_, i) => (i % 2 ? other : fixture).runners.registerRunner(request));
    const results = await Promise.allSettled(calls);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await reasonOf(fixture.runners.registerRunner(request))).toBe("ALREADY_EXISTS");
  });
});

describe("tokens", () => {
  it("speak for their runner and no other, and only the digest is kept", async () => {
    const namespace = newNamespace();
    const { runner, token } = await fixture.runners.registerRunner({ namespace, issueToken: true });
    const runnerId = runner?.id ?? "";
    expect(token.startsWith(runner?.tokenPrefix ?? "?")).toBe(true);
    expect((await fixture.guarded.heartbeat({ namespace, runnerId }, bearer(token))).runner?.id).toBe(runnerId);
    expect(await reasonOf(fixture.guarded.heartbeat({ namespace, runnerId: "r2" }, bearer(token)))).toBe(
      "PERMISSION_DENIED",
    );
    expect(await reasonOf(fixture.guarded.heartbeat({ namespace: "other", runnerId }, bearer(token)))).toBe(
      "PERMISSION_DENIED",
    );
    expect(await reasonOf(fixture.guarded.registerRunner({ namespace }, bearer(token)))).toBe("PERMISSION_DENIED");
    expect(await reasonOf(fixture.guarded.heartbeat({ namespace, runnerId }, bearer(`${token}x`)))).toBe(
      "UNAUTHENTICATED",
    );
    const { rows } = await fixture.pool.query("select * from runners.credentials where runner_id = $1", [runnerId]);
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(rows).toHaveLength(1);
  });

  it("end at once when another is issued, on held calls and at other replicas too", async () => {
    const namespace = newNamespace();
    const { runner, token } = await fixture.runners.registerRunner({ namespace, issueToken: true });
    const runnerId = runner?.id ?? "";
    const other = await fixture.addGateway();
    const held = reasonOf(fixture.guarded.syncRunner(firstSync(namespace, runnerId), bearer(token)));
    await eventually(() => expect(fixture.scheduler.capacity.open()[runnerId]).toBe(1));

    const issued = await other.fleet.issueCredential({ namespace, runnerId, prefix: "fleet_" });
    expect(issued.token).toMatch(/^fleet_[0-9a-f]{64}$/);
    expect(issued.runner?.tokenPrefix).toBe(issued.token.slice(0, "fleet_".length + 8));
    expect(await held).toBe("TOKEN_REVOKED");
    expect(await reasonOf(fixture.guarded.heartbeat({ namespace, runnerId }, bearer(token)))).toBe("TOKEN_REVOKED");
    await fixture.guarded.heartbeat({ namespace, runnerId }, bearer(issued.token));
  });

  it("are known to gateways that hold only their digest, and refused by every replica once another is issued", async () => {
    const namespace = newNamespace();
    const registration = { namespace, spec: { name: "old one" }, issueToken: true, tokenPrefix: "tool_" };
    const { runner, token } = await fixture.runners.registerRunner(registration);
    const runnerId = runner?.id ?? "";
    expect(token).toMatch(/^tool_[0-9a-f]{64}$/);
    const other = await fixture.addGateway();
    const check = (text: string, of = namespace) =>
      fixture.fleet.checkCredential({ namespace: of, tokenSha256: sha256(text) });

    expect(await check(token)).toMatchObject({ runnerId, spec: { name: "old one" } });
    // Whoever shows its token is alive.
    const { runner: seen } = await fixture.fleet.getRunner({ namespace, runnerId });
    expect([seen?.state, seen?.lastSeenTime]).toEqual([RunnerState.IDLE, expect.anything()]);

    expect(await reasonOf(check(`${token}x`))).toBe("UNAUTHENTICATED");
    expect(await reasonOf(check(token, newNamespace()))).toBe("UNAUTHENTICATED");

    const issued = await other.fleet.issueCredential({ namespace, runnerId });
    expect(await reasonOf(check(token))).toBe("TOKEN_REVOKED");
    expect((await check(issued.token)).runnerId).toBe(runnerId);
    await other.fleet.revokeRunner({ namespace, runnerId, delete: true });
    expect(await reasonOf(check(issued.token))).toBe("TOKEN_REVOKED");
  });

  it("end by themselves when they were given a time", async () => {
    const namespace = newNamespace();
    await register(fixture, namespace, "r1");
    const { token } = await fixture.fleet.issueCredential({ namespace, runnerId: "r1", expireTime: { seconds: 1n } });
    expect(await reasonOf(fixture.guarded.heartbeat({ namespace, runnerId: "r1" }, bearer(token)))).toBe(
      "TOKEN_REVOKED",
    );
  });
});

describe("presence", () => {
  const stateOf = async ({ fleet }: Pick<Fixture, "fleet">, namespace: string) =>
    (await fleet.getRunner({ namespace, runnerId: "r1" })).runner?.state;

  it("of a runner that comes, goes and comes back is the same on every replica", async () => {
    const [namespace, other] = [newNamespace(), await fixture.addGateway()];
    await register(fixture, namespace, "r1");
    const caller = { namespace, runnerId: "r1" };
    for (let round = 0; round < 3; round += 1) {
      await fixture.runners.claimJob(caller);
      expect(await stateOf(other, namespace)).toBe(RunnerState.IDLE);
      await other.runners.heartbeat({ ...caller, mode: RunnerMode.LEAVING });
      expect(await stateOf(fixture, namespace)).toBe(RunnerState.OFFLINE);
    }
  });

  it("is what its latest call said, not the latest write", async () => {
    const namespace = newNamespace();
    await register(fixture, namespace, "r1");
    const [now, change] = [Date.now(), { namespace, runnerId: "r1", completed: 0, failed: 0 }];
    await writeActivity(fixture.pool, [{ ...change, seenAtMs: now, present: false }]);
    await writeActivity(fixture.pool, [{ ...change, seenAtMs: now - 1, present: true }]);
    expect(await stateOf(fixture, namespace)).toBe(RunnerState.OFFLINE);
    await writeActivity(fixture.pool, [{ ...change, seenAtMs: now + 1, present: true }]);
    expect(await stateOf(fixture, namespace)).toBe(RunnerState.IDLE);
  });
});

describe("a heartbeat", () => {
  it("renews presence, and what the runner holds unless it is about presence only", async () => {
    const namespace = newNamespace();
    const caller = { namespace, runnerId: "r1" };
    await register(fixture, namespace, "r1");
    const job = fixture.scheduler.submit(namespace);
    await fixture.runners.claimJob(caller);
    const renewals = () => fixture.scheduler.renewed.filter((id) => id === job.id).length;

    fixture.scheduler.presence.delete(`${namespace}/r1`);
    const { runner } = await fixture.runners.heartbeat({ ...caller, presenceOnly: true });
    expect(runner?.held.map(({ jobId }) => jobId)).toEqual([job.id]);
    expect([fixture.scheduler.presence.get(`${namespace}/r1`), renewals()]).toEqual([60_000, 0]);
    await fixture.runners.heartbeat(caller);
    expect(renewals()).toBe(1);
  });
});

describe("revocation", () => {
  it("ends held calls and every later one, and keeps or releases what is held", async () => {
    const namespace = newNamespace();
    await register(fixture, namespace, "r1");
    const job = fixture.scheduler.submit(namespace);
    await fixture.runners.claimJob({ namespace, runnerId: "r1" });
    const held = reasonOf(fixture.runners.syncRunner({ ...firstSync(namespace, "r1"), attempts: [ref(job.id)] }));
    await eventually(() => expect(fixture.scheduler.capacity.open()["r1"]).toBe(1));

    const { runner } = await fixture.fleet.revokeRunner({ namespace, runnerId: "r1" });
    expect(runner?.state).toBe(RunnerState.BUSY);
    expect(await held).toBe("TOKEN_REVOKED");
    expect(job.holder).toBe("r1");
    const caller = { namespace, runnerId: "r1" };
    const calls = [
      fixture.runners.syncRunner(firstSync(namespace, "r1")),
      fixture.runners.claimJob(caller),
      fixture.runners.heartbeat(caller),
      fixture.runners.completeJob({ ...caller, attempt: ref(job.id) }),
    ];
    expect(await Promise.all(calls.map(reasonOf))).toEqual(Array(4).fill("TOKEN_REVOKED"));
    expect((await fixture.fleet.getRunner(caller)).runner?.state).toBe(RunnerState.REVOKED);
    await fixture.fleet.revokeRunner({ ...caller, releaseHeld: true });
    expect(job.holder).toBeUndefined();
  });

  it("may forget the runner; its token is known to have been one", async () => {
    const namespace = newNamespace();
    const { runner, token } = await fixture.runners.registerRunner({ namespace, issueToken: true });
    const caller = { namespace, runnerId: runner?.id ?? "" };
    await fixture.fleet.revokeRunner({ ...caller, delete: true });
    expect(await reasonOf(fixture.fleet.getRunner(caller))).toBe("RUNNER_NOT_FOUND");
    expect(await reasonOf(fixture.guarded.heartbeat(caller, bearer(token)))).toBe("TOKEN_REVOKED");
    expect(await reasonOf(fixture.runners.heartbeat(caller))).toBe("RUNNER_NOT_FOUND");
  });
});

describe("lists", () => {
  it("page by id, filter by state, name and labels, and count", async () => {
    const namespace = newNamespace();
    for (const id of ["a", "b", "c", "d", "e"]) {
      const labels = { zone: id < "c" ? "1" : "2" };
      await register(fixture, namespace, id, { profile: { kinds: [{ by: { case: "glob", value: "*" } }], labels } });
    }
    fixture.scheduler.submit(namespace);
    await fixture.runners.claimJob({ namespace, runnerId: "d" });
    await fixture.runners.heartbeat({ namespace, runnerId: "e", mode: 3 });
    const list = async (request: object) => {
      const { runners, total } = await fixture.fleet.listRunners({ namespace, ...request });
      return [runners.map(({ id }) => id).join(""), Number(total)];
    };
    const calls = fixture.scheduler.calls.renewLeases;
    expect(await list({})).toEqual(["abcde", 5]);
    expect(fixture.scheduler.calls.renewLeases - calls).toBe(1);
    expect(await list({ states: [RunnerState.BUSY] })).toEqual(["d", 1]);
    expect(await list({ states: [RunnerState.IDLE, RunnerState.OFFLINE] })).toEqual(["abce", 4]);
    expect(await list({ states: [RunnerState.OFFLINE] })).toEqual(["e", 1]);
    expect(await list({ labels: { zone: "1" } })).toEqual(["ab", 2]);
    expect(await list({ name: "c" })).toEqual(["c", 1]);

    const pages: string[] = [];
    let pageToken = "";
    do {
      const page = await fixture.fleet.listRunners({ namespace, pageSize: 2, pageToken });
      pages.push(page.runners.map(({ id }) => id).join(""));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(pages).toEqual(["ab", "cd", "e"]);
    const { nextPageToken } = await fixture.fleet.listRunners({ namespace, pageSize: 2 });
    const foreign = fixture.fleet.listRunners({ namespace, pageSize: 2, name: "a", pageToken: nextPageToken });
    expect(await reasonOf(foreign)).toBe("PAGE_TOKEN_INVALID");
  });
});

describe("pools", () => {
  it("are ordered, watched over replicas, and reached when the answer says so", async () => {
    const namespace = newNamespace();
    const other = await fixture.addGateway();
    const watching = new AbortController();
    const seen: number[] = [];
    const watch = (async () => {
      const orders = other.fleet.watchPools({ namespaces: [namespace] }, { signal: watching.signal });
      for await (const { size } of orders) {
        seen.push(size);
        for (let i = 0; i < size; i++) {
          await register(fixture, namespace, `pool-${i}`, { profile: { labels: { pool: namespace } } });
        }
        if (size === 0) await Promise.all([0, 1].map((i) => leave(namespace, `pool-${i}`)));
      }
    })().catch((error: unknown) => error);

    const scaled = await fixture.fleet.scalePool({ namespace, size: 2 });
    expect([scaled.previous?.size, scaled.pool?.size, scaled.pool?.running]).toEqual([0, 2, true]);
    expect(scaled.pool?.runners.map(({ id }) => id)).toEqual(["pool-0", "pool-1"]);
    const stopped = await fixture.fleet.scalePool({ namespace, running: false });
    expect([stopped.pool?.size, stopped.pool?.running, stopped.pool?.runners]).toEqual([2, false, []]);
    expect((await fixture.fleet.getPool({ namespace })).pool).toMatchObject({ size: 2, running: false });
    watching.abort();
    await watch;
    expect(seen).toEqual([2, 0]);
  });

  it("begin as a keeper says, unless somebody has ordered something before", async () => {
    const namespace = newNamespace();
    const first = { namespace, size: 3, running: false, ifNew: true, wait: {} };
    expect((await fixture.fleet.scalePool(first)).pool).toMatchObject({ size: 3, running: false });
    // A wait of nothing answers at once, though nobody keeps this pool.
    const started = await fixture.fleet.scalePool({ namespace, running: true, wait: {} });
    expect(started.pool).toMatchObject({ size: 3, running: true, runners: [] });
    expect((await fixture.fleet.scalePool({ ...first, size: 7 })).pool).toMatchObject({ size: 3, running: true });
    const tooLong = fixture.fleet.scalePool({ namespace, wait: { seconds: 16n } });
    expect(await reasonOf(tooLong)).toBe("INVALID_ARGUMENT");
  });

  async function leave(namespace: string, runnerId: string): Promise<void> {
    await fixture.runners.heartbeat({ namespace, runnerId, mode: 3 });
  }
});
