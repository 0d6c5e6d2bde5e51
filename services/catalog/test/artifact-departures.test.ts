import { randomBytes } from "node:crypto";
import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { createClient, createGrpcTransport } from "@switchyard/rpc";
import { createSignal, createTcpProxy, eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ArtifactFixture, startArtifactsIn, type UploadInit } from "./artifact-fixture.js";
import { stores } from "./artifact-stores.js";
import { freshNamespace, refusal } from "./catalog-fixture.js";

describe.each(stores)("half uploads to %s", (_, openStore) => {
  let fixture: Awaited<ReturnType<typeof startArtifactsIn>>;
  beforeAll(async () => {
    fixture = await startArtifactsIn(openStore);
  });
  afterAll(() => fixture?.stop());

  /** Sends a head and one piece, says so, and then nothing more until it is let go. */
  async function* half(namespace: string, sent: () => void, letGo: Promise<void>): AsyncGenerator<UploadInit> {
    yield { message: { case: "artifact", value: { namespace, jobId: "job", name: "file" } } };
    yield { message: { case: "data", value: randomBytes(600_000) } };
    sent();
    await letGo;
  }

  async function expectNothing(namespace: string): Promise<void> {
    // The note tells that the service has noticed: it is doomed, and then gone with the bytes.
    await eventually(async () => {
      await fixture.catalog.reap();
      expect(await fixture.query("select id from catalog.loose_blobs")).toEqual([]);
    });
    expect(await fixture.names(namespace, "job")).toEqual([]);
    expect(await fixture.query("select id from catalog.artifacts where namespace = $1", [namespace])).toEqual([]);
  }

  test("callers who go in the middle leave nothing", async () => {
    const namespace = freshNamespace();
    const leave = async () => {
      const noted = await watchNotes(fixture);
      const sent = createSignal("half an upload");
      const letGo = createSignal("the end");
      const caller = new AbortController();
      const call = fixture.client.uploadArtifact(half(namespace, sent.emit, letGo.next(60_000)), {
        signal: caller.signal,
      });
      await sent.next();
      await noted();
      caller.abort();
      expect((await refusal(call)).reason).toBe("CANCELLED");
      letGo.emit();
    };
    for (let round = 0; round < 10; round++) await leave();
    await expectNothing(namespace);
  });

  test("so does a connection that breaks", async () => {
    const namespace = freshNamespace();
    const proxy = await createTcpProxy({ target: { port: Number(fixture.address.split(":")[1]) } });
    const transport = createGrpcTransport({ address: `127.0.0.1:${proxy.port}` });
    const client = createClient(ArtifactService, transport);
    const noted = await watchNotes(fixture);
    const sent = createSignal("half an upload");
    const letGo = createSignal("the end");
    const call = refusal(client.uploadArtifact(half(namespace, sent.emit, letGo.next(60_000))));
    await sent.next();
    await noted();
    proxy.cut();
    await call;
    letGo.emit();
    await expectNothing(namespace);
    transport.close();
    await proxy.close();
  });
});

/**
 * Call before an upload begins; what it returns waits until that upload has noted its bytes. Any other note will not do: those of uploads that were left
 * stay for a moment, and a connection that is cut before its call has left only makes the call wait for the next one.
 */
async function watchNotes(fixture: ArtifactFixture): Promise<() => Promise<void>> {
  const notes = async () => {
    const rows = await fixture.query<{ id: string }>("select id from catalog.loose_blobs");
    return rows.map(({ id }) => id);
  };
  const known = new Set(await notes());
  return () => eventually(async () => expect((await notes()).filter((id) => !known.has(id))).toHaveLength(1));
}
