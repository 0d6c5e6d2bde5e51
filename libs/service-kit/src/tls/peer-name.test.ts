import { createTestAuthority } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { peerNameOf } from "./peer-name.js";

const authority = await createTestAuthority();
const certOf = async (...names: string[]) => ({ cert: Buffer.from((await authority.issue({ names })).cert) });

it("is the first whole host name of the own certificate", async () => {
  expect(peerNameOf(await certOf("10.1.2.3", "scheduler", "scheduler.jobs.svc"))).toBe("scheduler");
  expect(peerNameOf(await certOf("*.jobs.svc", "scheduler.jobs.svc"))).toBe("scheduler.jobs.svc");
});

it("is none without such a name, and without TLS", async () => {
  expect(peerNameOf(await certOf("10.1.2.3"))).toBeUndefined();
  expect(peerNameOf(await certOf("*.jobs.svc"))).toBeUndefined();
  expect(peerNameOf(undefined)).toBeUndefined();
});
