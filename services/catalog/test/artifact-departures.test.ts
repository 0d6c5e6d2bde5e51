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
      const sent = createSignal("half an upload");
      const letGo = createSignal("the end");
      const caller = new AbortController();
      const call = fixture.client.uploadArtifact(half(namespace, sent.emit, letGo.next(60_000)), {
        signal: caller.signal,
      });
      await sent.next();
      await noted(fixture);
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
    const sent = createSignal("half an upload");
    const letGo = createSignal("the end");
    const call = refusal(client.uploadArtifact(half(namespace, sent.emit, letGo.next(60_000))));
    await sent.next();
    await noted(fixture);
    proxy.cut();
    await call;
    letGo.emit();
    await expectNothing(namespace);
    transport.close();
    await proxy.close();
  });
});

/** Waits until an upload has noted its bytes. */
function noted(fixture: ArtifactFixture): Promise<void> {
  return eventually(async () => {
    expect(await fixture.query("select id from catalog.loose_blobs where not doomed")).not.toEqual([]);
  });
}
