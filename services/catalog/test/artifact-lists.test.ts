import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ArtifactFixture, startArtifactsIn } from "./artifact-fixture.js";
import { openDirectory } from "./artifact-stores.js";
import { freshNamespace, refusal } from "./catalog-fixture.js";

let fixture: Awaited<ReturnType<typeof startArtifactsIn>>;
beforeAll(async () => {
  fixture = await startArtifactsIn(openDirectory);
});
afterAll(() => fixture?.stop());

type ListInit = Parameters<ArtifactFixture["client"]["listArtifacts"]>[0];
const bytes = Buffer.from("x");

/** Reads all pages of a list: names and attempts, page by page. */
async function pages(request: ListInit): Promise<string[][]> {
  const all: string[][] = [];
  for (let pageToken = ""; ; ) {
    const page = await fixture.client.listArtifacts({ ...request, pageToken });
    all.push(page.artifacts.map(({ name, attempt }) => `${name}/${attempt}`));
    pageToken = page.nextPageToken;
    if (pageToken === "") return all;
  }
}

test("pages go by name, then attempt, and go on after the last file that was seen", async () => {
  const namespace = freshNamespace();
  const put = (name: string, attempt: number, purpose = "") =>
    fixture.upload({ namespace, jobId: "job", attempt, name, purpose }, bytes);
  for (const name of ["d", "b", "a", "é", "B"]) await put(name, 1);
  await put("b", 3, "log");
  await put("b", 2);
  await fixture.upload({ namespace, jobId: "other", name: "a" }, bytes);
  await fixture.upload({ namespace, name: "a" }, bytes);
  const inOrder = ["B/1", "a/1", "b/1", "b/2", "b/3", "d/1", "é/1"];
  const list = { namespace, jobId: "job" };
  expect((await pages({ ...list, pageSize: 2 })).map((page) => page.length)).toEqual([2, 2, 2, 1]);
  for (const pageSize of [0, 1, 2, 7, 1_000]) expect((await pages({ ...list, pageSize })).flat()).toEqual(inOrder);
  expect(await pages({ ...list, attempt: 1 })).toEqual([["B/1", "a/1", "b/1", "d/1", "é/1"]]);
  expect(await pages({ ...list, purpose: "log" })).toEqual([["b/3"]]);
  expect(await pages({ ...list, purpose: "file", attempt: 2 })).toEqual([["b/2"]]);
  expect(await pages({ namespace, jobId: "none" })).toEqual([[]]);
  expect(await pages({ namespace })).toEqual([["a/0"]]);

  const { nextPageToken: pageToken } = await fixture.client.listArtifacts({ ...list, pageSize: 3 });
  await put("aa", 1);
  await put("c", 1);
  const rest = await fixture.client.listArtifacts({ ...list, pageToken });
  expect(rest.artifacts.map(({ name }) => name)).toEqual(["b", "b", "c", "d", "é"]);
});

test("a page with much in it stays below the size of a message", async () => {
  const namespace = freshNamespace();
  // By SQL, since 300 uploads would take seconds and their bytes do not matter here.
  await fixture.query(
    `insert into catalog.artifacts
       (id, namespace, job_id, attempt, name, content_type, purpose, labels, size_bytes, sha256, staged)
     select gen_random_uuid(), $1, 'job', 1, 'f' || n, '', 'file', jsonb_build_object('big', repeat('x', 16000)), 0, '', false
       from generate_series(1, 300) as n`,
    [namespace],
  );
  const found = await pages({ namespace, jobId: "job", pageSize: 1_000 });
  expect(found.length).toBeGreaterThan(1);
  expect(new Set(found.flat()).size).toBe(300);
});

test("tokens of other lists, and tokens that nobody gave out, are refused", async () => {
  const namespace = freshNamespace();
  for (const name of ["a", "b"]) await fixture.upload({ namespace, jobId: "job", name }, bytes);
  const list = { namespace, jobId: "job", pageSize: 1 };
  const { nextPageToken: token } = await fixture.client.listArtifacts(list);
  const reason = async (request: ListInit) => (await refusal(fixture.client.listArtifacts(request))).reason;
  for (const other of [{ namespace: freshNamespace() }, { jobId: "x" }, { attempt: 1 }, { purpose: "log" }])
    expect(await reason({ ...list, ...other, pageToken: token })).toBe("PAGE_TOKEN_INVALID");
  const [digest] = JSON.parse(Buffer.from(token, "base64url").toString()) as [string];
  const id = randomUUID();
  const forged: unknown[] = [
    ...[{}, [], [digest], [digest, "a", 0], [digest, "a", 0, id, 1], [digest, 1, 0, id], [digest, "\u0000", 0, id]],
    ...[
      [digest, "a", -1, id],
      [digest, "a", 2 ** 31, id],
      [digest, "a", 0.5, id],
      [digest, "a", 0, "id"],
      ["x", "a", 0, id],
    ],
  ];
  for (const parts of forged) {
    const pageToken = Buffer.from(JSON.stringify(parts)).toString("base64url");
    expect(await reason({ ...list, pageToken })).toBe("PAGE_TOKEN_INVALID");
  }
  for (const pageToken of ["x", "%%%", "{"]) expect(await reason({ ...list, pageToken })).toBe("PAGE_TOKEN_INVALID");
});
