import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, collect, type FileInit, messagesOf, startArtifactsIn } from "./artifact-fixture.js";
import { openDirectory } from "./artifact-stores.js";
import { freshNamespace, refusal } from "./catalog-fixture.js";

let fixture: Awaited<ReturnType<typeof startArtifactsIn>>;
beforeAll(async () => {
  fixture = await startArtifactsIn(openDirectory);
});
afterAll(() => fixture?.stop());

const bytes = Buffer.from("x");

test("files of another namespace are not there", async () => {
  const [mine, foreign] = [freshNamespace(), freshNamespace()];
  const place = { jobId: "job", attempt: 1, name: "a" };
  const visible = await fixture.upload({ namespace: foreign, ...place }, bytes);
  const staged = await fixture.upload({ namespace: foreign, ...place, name: "b", staged: true }, bytes);
  const { client } = fixture;
  const ids = [visible.id, staged.id];
  for (const artifactId of ids) {
    expect(await refusal(client.getArtifact({ namespace: mine, artifactId }))).toMatchObject({
      reason: "ARTIFACT_NOT_FOUND",
      metadata: { artifact_id: artifactId },
    });
    const download = fixture.download({ namespace: mine, by: { case: "artifactId", value: artifactId } });
    expect((await refusal(download)).reason).toBe("ARTIFACT_NOT_FOUND");
  }
  const byName = fixture.download({ namespace: mine, by: { case: "name", value: place } });
  expect((await refusal(byName)).reason).toBe("ARTIFACT_NOT_FOUND");
  expect(await fixture.names(mine, "job")).toEqual([]);
  const commit = client.commitArtifacts({ namespace: mine, jobId: "job", attempt: 1, artifactIds: [staged.id] });
  expect((await refusal(commit)).reason).toBe("ARTIFACT_NOT_FOUND");
  expect(await client.deleteArtifacts({ namespace: mine, artifactIds: ids })).toMatchObject({ deletedCount: 0 });
  expect(await client.deleteArtifacts({ namespace: mine, jobId: "job" })).toMatchObject({ deletedCount: 0 });
  // The names are free here, and taken there.
  await fixture.upload({ namespace: mine, ...place }, bytes);
  expect(await fixture.names(foreign, "job")).toEqual(["a"]);
});

describe("scopes", () => {
  const place = { jobId: "job", attempt: 1 };
  const reasonOf = async (call: Promise<unknown>) => (await refusal(call)).reason;

  test("who runs work uploads staged files, and nothing else", async () => {
    const namespace = freshNamespace();
    const file: FileInit = { namespace, ...place, name: "a", staged: true };
    const { id } = await fixture.upload(file, bytes, as("runner"));
    const shown = fixture.upload({ ...file, name: "b", staged: false }, bytes, as("runner"));
    expect(await refusal(shown)).toMatchObject({ reason: "PERMISSION_DENIED", metadata: { scope: "submit" } });
    const { client } = fixture;
    const calls = [
      client.getArtifact({ namespace, artifactId: id }, as("runner")),
      client.listArtifacts({ namespace, jobId: "job" }, as("runner")),
      client.commitArtifacts({ namespace, ...place, artifactIds: [id] }, as("runner")),
      client.deleteArtifacts({ namespace, artifactIds: [id] }, as("runner")),
      collect(client.downloadArtifact({ namespace, by: { case: "artifactId", value: id } }, as("runner"))),
    ];
    for (const call of calls) expect(await reasonOf(call)).toBe("PERMISSION_DENIED");
  });

  test("who reads writes nothing, who submits reads nothing", async () => {
    const namespace = freshNamespace();
    const { client } = fixture;
    const { id } = await fixture.upload({ namespace, ...place, name: "a" }, bytes, as("submitter"));
    const staged = { namespace, ...place, name: "b", staged: true };
    expect(await reasonOf(client.uploadArtifact(messagesOf(staged, bytes), as("reader")))).toBe("PERMISSION_DENIED");
    expect(await reasonOf(client.deleteArtifacts({ namespace, artifactIds: [id] }, as("reader")))).toBe(
      "PERMISSION_DENIED",
    );
    expect(await reasonOf(client.getArtifact({ namespace, artifactId: id }, as("submitter")))).toBe(
      "PERMISSION_DENIED",
    );
    await client.getArtifact({ namespace, artifactId: id }, as("reader"));
    const commit = { namespace, ...place, artifactIds: [id] };
    expect(await client.commitArtifacts(commit, as("submitter"))).toMatchObject({ committedCount: 1 });
    expect(await client.deleteArtifacts({ namespace, artifactIds: [id] }, as("submitter"))).toMatchObject({
      deletedCount: 1,
    });
  });
});
