import { ConnectError } from "@connectrpc/connect";
import { errorInfo } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createFixture, type Fixture, newNamespace, ref, register } from "./fixture.js";
import { Why } from "./model/scheduler.js";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await createFixture();
});
afterAll(() => fixture.close());

/** A registered runner with one claimed job. */
async function setUp() {
  const namespace = newNamespace();
  await register(fixture, namespace, "r1");
  const job = fixture.scheduler.submit(namespace);
  await fixture.runners.claimJob({ namespace, runnerId: "r1" });
  const caller = { namespace, runnerId: "r1" };
  const upload = (name: string, ...pieces: readonly string[]) =>
    fixture.runners.uploadArtifact(messagesOf({ ...caller, attempt: ref(job.id), name }, pieces));
  const succeed = (...artifacts: string[]) =>
    fixture.runners.reportAttempts({
      ...caller,
      reports: [
        {
          attempt: ref(job.id),
          report: { case: "outcome", value: { kind: Outcome_Kind.SUCCEEDED, artifacts } },
        },
      ],
    });
  return { ...fixture, job, caller, upload, succeed };
}

async function* messagesOf(value: object, pieces: readonly string[]) {
  yield { message: { case: "artifact" as const, value } };
  for (const piece of pieces) yield { message: { case: "data" as const, value: Buffer.from(piece) } };
}

async function reasonOf(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof ConnectError ? errorInfo(error)?.reason : error;
}

it("a file is kept as it came, and shown with the outcome that names it", async () => {
  const { catalog, job, upload, succeed } = await setUp();
  const { artifactId } = await upload("report.txt", "one ", "two");
  const { artifactId: unnamed } = await upload("scratch", "x");
  expect(catalog.files.get(artifactId)).toEqual({
    ...{ id: artifactId, path: `${job.id}#1/report.txt`, text: "one two" },
    committed: false,
  });
  const { results } = await succeed(artifactId);
  expect(results[0]?.reason).toBe(ErrorReason.UNSPECIFIED);
  expect(catalog.files.get(artifactId)?.committed).toBe(true);
  expect(catalog.files.get(unnamed)?.committed).toBe(false);
});

it("while the catalog is away a repeat is asked for, and shows the files of the outcome that was taken", async () => {
  const { catalog, upload, succeed } = await setUp();
  const { artifactId } = await upload("report.txt", "text");
  catalog.isAway = true;
  const first = await succeed(artifactId);
  expect(ErrorReason[first.results[0]?.reason ?? 0]).toBe("STORAGE_UNAVAILABLE");
  catalog.isAway = false;
  const second = await succeed(artifactId);
  expect(second.results[0]).toMatchObject({ reason: ErrorReason.UNSPECIFIED, repeatedReport: true });
  expect(catalog.files.get(artifactId)?.committed).toBe(true);
});

it("an outcome stands that names a file which is not there", async () => {
  const { succeed } = await setUp();
  const { results } = await succeed("no-such-file");
  expect(results[0]?.reason).toBe(ErrorReason.UNSPECIFIED);
});

it("a runner that has lost the attempt stores nothing, and hears so when it loses it on the way", async () => {
  const { catalog, scheduler, job, upload } = await setUp();
  const before = catalog.files.size;
  catalog.onUpload = () => void scheduler.take(job, Why.LEASE_LOST);
  expect(await reasonOf(upload("late", "x"))).toBe("LEASE_LOST");
  catalog.onUpload = () => undefined;
  const files = catalog.files.size;
  expect(files).toBe(before + 1);
  expect(await reasonOf(upload("later", "x"))).toBe("LEASE_LOST");
  expect(catalog.files.size).toBe(files);
});

it("refuses messages out of order, and a file without a name or an attempt", async () => {
  const { runners, caller, job, upload } = await setUp();
  async function* data() {
    yield { message: { case: "data" as const, value: Buffer.from("x") } };
  }
  async function* twice() {
    yield* messagesOf({ ...caller, attempt: ref(job.id), name: "a" }, ["x"]);
    yield* messagesOf({ ...caller, attempt: ref(job.id), name: "b" }, ["y"]);
  }
  const bad = [
    runners.uploadArtifact(data()),
    runners.uploadArtifact(twice()),
    upload(""),
    runners.uploadArtifact(messagesOf({ ...caller, name: "a" }, [])),
    runners.uploadArtifact((async function* () {})()),
  ];
  expect(await Promise.all(bad.map(reasonOf))).toEqual(bad.map(() => "INVALID_ARGUMENT"));
});
