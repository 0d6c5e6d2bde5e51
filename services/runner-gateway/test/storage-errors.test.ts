import { ConnectError } from "@connectrpc/connect";
import { errorInfo } from "@switchyard/errors";
import { expect, it } from "vitest";
import { createFixture, firstSync, newNamespace, register } from "./fixture.js";

it("a database that is away is a failure that may be repeated, and a held call does not need it", async () => {
  const fixture = await createFixture();
  const { pool, runners, fleet, scheduler } = fixture;
  const namespace = newNamespace();
  await register(fixture, namespace, "r1");
  const held = runners.syncRunner(firstSync(namespace, "r1"));
  const connect = pool.connect.bind(pool);
  const query = pool.query.bind(pool);
  const refuse = () => Promise.reject(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
  Object.assign(pool, { connect: refuse, query: refuse });
  try {
    const calls = [
      runners.registerRunner({ namespace }),
      runners.heartbeat({ namespace, runnerId: "r1" }),
      runners.claimJob({ namespace, runnerId: "r1" }),
      fleet.getRunner({ namespace, runnerId: "r1" }),
      fleet.listRunners({ namespace }),
      fleet.drainRunner({ namespace, runnerId: "r1" }),
    ];
    for (const result of await Promise.allSettled(calls)) {
      const reason: unknown = result.status === "rejected" ? result.reason : undefined;
      expect(reason instanceof ConnectError && errorInfo(reason)?.reason).toBe("STORAGE_UNAVAILABLE");
    }
    scheduler.submit(namespace);
    expect((await held).leases).toHaveLength(1);
  } finally {
    Object.assign(pool, { connect, query });
    await fixture.close();
  }
});
