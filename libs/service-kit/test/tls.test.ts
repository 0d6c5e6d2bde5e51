import { HealthCheckResponse_ServingStatus as Status } from "@switchyard/proto/grpc/health/v1/health_pb";
import { createTestAuthority } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check, clientOf, handshake, startTlsHost, statusOf, type TlsHost } from "./tls-host.js";

let served: TlsHost;
beforeAll(async () => {
  served = await startTlsHost();
});
afterAll(() => served.stop());

describe("the gRPC listener", () => {
  it("serves a client that the authority knows", async () => {
    expect(await check(served.host.grpcAddress, await clientOf(served.authority))).toBe(Status.SERVING);
  });

  it.each([
    ["without a certificate", async () => ({ ca: served.tls.ca })],
    ["with a certificate of another authority", async () => clientOf(await createTestAuthority(), served.authority)],
    [
      "with an expired certificate",
      async () => {
        const { cert, key } = await served.authority.issue({ until: new Date(Date.now() - 60_000) });
        return { cert: Buffer.from(cert), key: Buffer.from(key), ca: served.tls.ca };
      },
    ],
    ["that trusts another authority", async () => clientOf(served.authority, await createTestAuthority())],
    ["in plain text", async () => undefined],
  ])("refuses a client %s", async (_, make) => {
    const tls = await make();
    await expect(check(served.host.grpcAddress, tls)).rejects.toMatchObject({ name: "ConnectError" });
    // The listener itself is well.
    expect(await check(served.host.grpcAddress, await clientOf(served.authority))).toBe(Status.SERVING);
  });

  it("is believed only under a name in its certificate", async () => {
    const client = await clientOf(served.authority);
    await expect(check(served.host.grpcAddress, { ...client, serverName: "elsewhere" })).rejects.toThrow();
    expect(await check(served.host.grpcAddress, { ...client, serverName: "localhost" })).toBe(Status.SERVING);
  });

  it("is not believed after its certificate has expired", async () => {
    const client = await clientOf(served.authority);
    const before = { cert: served.tls.cert.toString(), key: served.tls.key.toString() };
    await served.renew(await served.authority.issue({ until: new Date(Date.now() - 60_000) }));
    await expect(check(served.host.grpcAddress, client)).rejects.toThrow();
    await served.renew(before);
    expect(await check(served.host.grpcAddress, client)).toBe(Status.SERVING);
  });

  it("speaks TLS 1.3 and nothing older", async () => {
    const client = await clientOf(served.authority);
    expect(await handshake(served.host.grpcAddress, "TLSv1.3", client)).toBe("TLSv1.3");
    await expect(handshake(served.host.grpcAddress, "TLSv1.2", client)).rejects.toThrow(/protocol version/i);
  });

  it("asks nobody for a certificate where it is told so", async () => {
    const open = await startTlsHost({ TLS_CLIENT_AUTH: "none" });
    expect(await check(open.host.grpcAddress, { ca: open.tls.ca })).toBe(Status.SERVING);
    await open.stop();
  });
});

const rpcPath = "grpc.health.v1.Health/Check?connect=v1&encoding=json&message=%7B%7D";

describe("the operations listener", () => {
  it("answers probes and metrics in plain text, and no RPC", async () => {
    const url = `http://${served.host.opsAddress}`;
    expect(await Promise.all(["livez", "readyz", "metrics"].map((path) => statusOf(`${url}/${path}`)))).toEqual([
      ...[200, 200, 200],
    ]);
    expect(await statusOf(`${url}/${rpcPath}`)).toBe(404);
  });

  it("answers RPC over TLS, without a certificate of the client", async () => {
    const secure = await startTlsHost({ OPS_TLS: "on" });
    const { ca } = secure.tls;
    const url = `https://${secure.host.opsAddress}`;
    expect(await statusOf(`${url}/livez`, { ca })).toBe(200);
    // POST only: the path is known.
    expect(await statusOf(`${url}/test.Probe/Say`, { ca })).toBe(405);
    await expect(statusOf(`${url}/livez`, { ca, maxVersion: "TLSv1.2" })).rejects.toThrow(/protocol version/i);
    await expect(statusOf(`http://${secure.host.opsAddress}/livez`)).rejects.toThrow();

    const next = await createTestAuthority();
    await secure.renew({ ...(await next.issue()), ca: next.ca });
    expect(await statusOf(`${url}/livez`, { ca: next.ca })).toBe(200);
    await secure.stop();
  });
});
