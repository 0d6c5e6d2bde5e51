import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ArtifactFixture, type DownloadInit, type FileInit, startArtifactsIn } from "./artifact-fixture.js";
import { openDirectory } from "./artifact-stores.js";
import { refusal } from "./catalog-fixture.js";

let fixture: Awaited<ReturnType<typeof startArtifactsIn>>;
beforeAll(async () => {
  fixture = await startArtifactsIn(openDirectory, { maxArtifactBytes: 1_000 });
});
afterAll(() => fixture?.stop());

const namespace = "n";
const bytes = Buffer.from("x");
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, ""]));

test.each<[string, FileInit, string]>([
  ["no namespace", { namespace: "" }, "artifact.namespace"],
  ["a long namespace", { namespace: "x".repeat(256) }, "artifact.namespace"],
  ["an attempt of no job", { jobId: "" }, "artifact.job_id"],
  ["a job id with a line break", { jobId: "a\nb" }, "artifact.job_id"],
  ["an attempt out of range", { attempt: 2 ** 31 }, "artifact.attempt"],
  ["no name", { name: "" }, "artifact.name"],
  ["a long name", { name: "é".repeat(513) }, "artifact.name"],
  ["a zero in the name", { name: "a\u0000" }, "artifact.name"],
  ["a line break in the name", { name: "a\nb" }, "artifact.name"],
  ["a long name of no job", { jobId: "", attempt: 0, name: "x".repeat(1_025) }, "artifact.name"],
  ["staged without an attempt", { staged: true, attempt: 0 }, "artifact.staged"],
  ["a long media type", { contentType: "x".repeat(256) }, "artifact.content_type"],
  ["a media type with a header in it", { contentType: "a/b\r\nx: y" }, "artifact.content_type"],
  ["a long purpose", { purpose: "x".repeat(256) }, "artifact.purpose"],
  ["many labels", { labels: many(65) }, "artifact.labels"],
  ["a label without a key", { labels: { "": "x" } }, "artifact.labels"],
  ["a zero in a label", { labels: { x: "\u0000" } }, "artifact.labels"],
  ["large labels", { labels: { x: "x".repeat(16 * 1024) } }, "artifact.labels"],
])("an upload with %s is refused", async (_, bad, field) => {
  const file = { namespace, jobId: "job", attempt: 1, name: "bad", ...bad };
  expect(await refusal(fixture.upload(file, bytes))).toMatchObject({
    reason: "INVALID_ARGUMENT",
    metadata: { field },
  });
  expect(await fixture.query("select 1 from catalog.artifacts where name = 'bad'")).toEqual([]);
});

test("what is the store's is not taken from callers, and an empty purpose is file", async () => {
  const file = { id: randomUUID(), size: 7n, sha256: bytes, createTime: { seconds: 5n } };
  const artifact = await fixture.upload({ namespace, ...file, name: "x" }, bytes);
  expect(artifact).toMatchObject({ size: 1n, purpose: "file" });
  expect(artifact.id).not.toBe(file.id);
  expect(artifact.createTime?.seconds).not.toBe(5n);
});

test("the largest that fits, and a byte more", async () => {
  await fixture.upload({ namespace, name: "fits" }, Buffer.alloc(1_000));
  expect(await refusal(fixture.upload({ namespace, name: "over" }, Buffer.alloc(1_001)))).toMatchObject({
    reason: "PAYLOAD_TOO_LARGE",
    metadata: { limit: "1000" },
  });
  expect(await fixture.names(namespace, "")).not.toContain("over");
  await fixture.catalog.reap();
  expect(await fixture.query("select 1 from catalog.loose_blobs")).toEqual([]);
});

test.each<[string, DownloadInit, string, string]>([
  ["no namespace", { namespace: "" }, "INVALID_ARGUMENT", "namespace"],
  ["nothing named", {}, "INVALID_ARGUMENT", "by"],
  ["a bad id", { by: { case: "artifactId", value: "../x" } }, "MALFORMED_ID", "artifact_id"],
  ["no job", { by: { case: "name", value: { name: "x" } } }, "INVALID_ARGUMENT", "name.job_id"],
  ["no name", { by: { case: "name", value: { jobId: "j" } } }, "INVALID_ARGUMENT", "name.name"],
  [
    "an attempt out of range",
    { by: { case: "name", value: { jobId: "j", name: "x", attempt: 2 ** 32 - 1 } } },
    "INVALID_ARGUMENT",
    "name.attempt",
  ],
  ["a negative offset", { by: { case: "artifactId", value: randomUUID() }, offset: -1n }, "INVALID_ARGUMENT", "offset"],
  ["a negative length", { by: { case: "artifactId", value: randomUUID() }, length: -1n }, "INVALID_ARGUMENT", "length"],
])("a download with %s is refused", async (_, bad, reason, field) => {
  expect(await refusal(fixture.download({ namespace, ...bad }))).toMatchObject({ reason, metadata: { field } });
});

type Client = ArtifactFixture["client"];
const ids = (count: number) => Array.from({ length: count }, () => randomUUID());
test.each<[string, (client: Client) => Promise<unknown>, string, string]>([
  ["get without a namespace", (c) => c.getArtifact({ artifactId: randomUUID() }), "INVALID_ARGUMENT", "namespace"],
  ["get without an id", (c) => c.getArtifact({ namespace }), "MALFORMED_ID", "artifact_id"],
  ["list without a namespace", (c) => c.listArtifacts({}), "INVALID_ARGUMENT", "namespace"],
  ["list of an attempt of no job", (c) => c.listArtifacts({ namespace, attempt: 1 }), "INVALID_ARGUMENT", "job_id"],
  ["list with a large page", (c) => c.listArtifacts({ namespace, pageSize: 1_001 }), "INVALID_ARGUMENT", "page_size"],
  ["list with a bad purpose", (c) => c.listArtifacts({ namespace, purpose: "\u0000" }), "INVALID_ARGUMENT", "purpose"],
  ["commit without a job", (c) => c.commitArtifacts({ namespace, attempt: 1 }), "INVALID_ARGUMENT", "job_id"],
  ["commit without an attempt", (c) => c.commitArtifacts({ namespace, jobId: "j" }), "INVALID_ARGUMENT", "attempt"],
  [
    "commit with a bad id",
    (c) => c.commitArtifacts({ namespace, jobId: "j", attempt: 1, artifactIds: [randomUUID(), "x"] }),
    "MALFORMED_ID",
    "artifact_ids[1]",
  ],
  ["delete of nothing", (c) => c.deleteArtifacts({ namespace }), "INVALID_ARGUMENT", "artifact_ids"],
  [
    "delete of many",
    (c) => c.deleteArtifacts({ namespace, artifactIds: ids(1_001) }),
    "INVALID_ARGUMENT",
    "artifact_ids",
  ],
  [
    "delete of ids and a job",
    (c) => c.deleteArtifacts({ namespace, jobId: "j", artifactIds: ids(1) }),
    "INVALID_ARGUMENT",
    "job_id",
  ],
])("%s is refused", async (_, call, reason, field) => {
  expect(await refusal(call(fixture.client))).toMatchObject({ reason, metadata: { field } });
});
