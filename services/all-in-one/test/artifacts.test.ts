import { randomBytes } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  UploadArtifactRequest,
  UploadArtifactRequestSchema,
} from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { expect, it } from "vitest";
import { startTestSystem } from "./test-system.js";

type UploadInit = Exclude<MessageInitShape<typeof UploadArtifactRequestSchema>, UploadArtifactRequest>;

it("a file goes in over gRPC, comes back over gRPC, and shows over the gateway's JSON", async () => {
  const system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" });
  const client = system.openClient();
  try {
    const [namespace, bytes] = ["default", randomBytes(1_500_000)];
    async function* messages(): AsyncGenerator<UploadInit> {
      yield { message: { case: "artifact", value: { namespace, jobId: "job", attempt: 1, name: "report.bin" } } };
      yield { message: { case: "data", value: bytes.subarray(0, 1_000_000) } };
      yield { message: { case: "data", value: bytes.subarray(1_000_000) } };
    }
    const { artifact } = await client.artifacts.uploadArtifact(messages());
    const parts: Uint8Array[] = [];
    const by = { case: "name", value: { jobId: "job", attempt: 1, name: "report.bin" } } as const;
    for await (const { data } of client.artifacts.downloadArtifact({ namespace, by })) parts.push(data);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);

    const url = `http://${system.addresses.http}/rpc/switchyard.catalog.v1.ArtifactService/ListArtifacts`;
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...system.rpcHeaders },
      body: JSON.stringify({ namespace, jobId: "job" }),
    });
    expect(await response.json()).toMatchObject({
      artifacts: [{ id: artifact?.id, name: "report.bin", size: String(bytes.length), purpose: "file" }],
    });
  } finally {
    client.close();
    await system.stop();
  }
});
