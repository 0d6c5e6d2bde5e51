import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { fromConnectError, reasonOf, SwitchyardError } from "@switchyard/errors";
import { RequestInfoSchema } from "@switchyard/proto/google/rpc/error_details_pb";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@switchyard/proto/grpc/health/v1/health_pb";
import { ServerReflection } from "@switchyard/proto/grpc/reflection/v1/reflection_pb";
import { ServerReflection as ServerReflectionAlpha } from "@switchyard/proto/grpc/reflection/v1alpha/reflection_pb";
import { createClient, createGrpcTransport, createInMemoryTransport, route } from "@switchyard/rpc";
import { afterEach, describe, expect, it } from "vitest";
import {
  createLogger,
  createServiceHost,
  createStaticAuthenticator,
  principalOf,
  requireNamespace,
  type ServiceHostOptions,
} from "@switchyard/service-kit";
import { hold, Probe, type ProbeHandlers } from "./probe-service.js";

const auth = {
  authenticator: createStaticAuthenticator([
    { name: "reader", token: "reader-token", scopes: ["read"], namespaces: ["one"] },
    { name: "boss", token: "boss-token", scopes: ["admin"], namespaces: "all" },
  ]),
};
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const reader = bearer("reader-token");

describe("a service host", () => {
  const cleanup: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of cleanup.splice(0)) await step();
  });

  async function start(handlers: ProbeHandlers, options: Partial<ServiceHostOptions> = {}) {
    const lines: Record<string, unknown>[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const host = createServiceHost({
      name: "probe",
      logger: createLogger({ name: "probe", level: "debug", destination }),
      routes: [route(Probe, handlers)],
      scopes: { "test.Probe/*": "read", "test.Probe/Count": "admin" },
      grpcListen: "127.0.0.1:0",
      opsListen: "127.0.0.1:0",
      auth,
      graceMs: 2000,
      ...options,
    });
    cleanup.push(() => host.stop());
    await host.start();
    const transport = createGrpcTransport({ address: host.grpcAddress });
    cleanup.unshift(() => transport.close());
    return { host, lines, transport, client: createClient(Probe, transport) };
  }

  it("asks for a token with the right scope", async () => {
    const { client } = await start({ say: (_, context) => ({ text: principalOf(context).name }), async *count() {} });
    expect(await client.say({}, reader).then((answer) => answer.text)).toBe("reader");
    expect(await reasonFor(client.say({}))).toBe("UNAUTHENTICATED");
    expect(await reasonFor(client.say({}, bearer("guess")))).toBe("UNAUTHENTICATED");
    expect(await reasonFor(drain(client.count({}, reader)))).toBe("PERMISSION_DENIED");
    await drain(client.count({}, bearer("boss-token")));
  });

  it("takes any of several scopes", async () => {
    const { client } = await start(
      { say: () => ({}), async *count() {} },
      { scopes: { "test.Probe/Say": ["run", "read"], "test.Probe/Count": ["run", "submit"] } },
    );
    await client.say({}, reader);
    await drain(client.count({}, bearer("boss-token")));
    const refusal = fromConnectError(await failure(drain(client.count({}, reader))));
    expect(refusal).toMatchObject({ reason: "PERMISSION_DENIED", metadata: { scope: "run or submit" } });
  });

  it("keeps principals in their namespaces", async () => {
    const { client } = await start({
      say: ({ text }, context) => {
        requireNamespace(context, text);
        return {};
      },
    });
    await client.say({ text: "one" }, reader);
    expect(await reasonFor(client.say({ text: "two" }, reader))).toBe("PERMISSION_DENIED");
    await client.say({ text: "two" }, bearer("boss-token"));
  });

  it("refuses to start without a complete scope table", async () => {
    await expect(start({}, { scopes: { "test.Probe/Say": "read" } })).rejects.toThrow("test.Probe/Count");
  });

  it("trusts callers in the same process, through the same middleware", async () => {
    const { host, lines } = await start({ say: (_, context) => ({ text: principalOf(context).name }) });
    const client = createClient(Probe, createInMemoryTransport(host.inMemory));
    expect((await client.say({})).text).toBe("in-process");
    expect((await client.say({}, reader)).text).toBe("reader");
    expect(await reasonFor(drain(client.count({}, reader)))).toBe("PERMISSION_DENIED");
    expect(lines).toContainEqual(
      expect.objectContaining({ rpc: "test.Probe/Say", code: "OK", principal: "in-process" }),
    );
  });

  it("logs a fault with its cause and tells the caller only the request id", async () => {
    const { client, lines } = await start({
      say() {
        throw new Error("disk on fire");
      },
    });
    const error = await failure(client.say({}, { headers: { ...reader.headers, "x-request-id": "req-7" } }));
    expect(error.message).not.toContain("fire");
    expect(error.findDetails(RequestInfoSchema)).toMatchObject([{ requestId: "req-7" }]);
    const line = lines.find((each) => each.msg === "call failed");
    expect(line).toMatchObject({ level: 50, requestId: "req-7", code: "Internal", err: { message: "disk on fire" } });
  });

  it("answers with a request id of its own when the caller's is indecent", async () => {
    const { client } = await start({ say: () => ({}) });
    let id: string | null = null;
    await client.say(
      {},
      { headers: { ...reader.headers, "x-request-id": "a b" }, onHeader: (h) => (id = h.get("x-request-id")) },
    );
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("gives calls a deadline, and demands one where it is told to", async () => {
    const handlers: ProbeHandlers = { say: () => new Promise(() => undefined) };
    const first = await start(handlers, { deadline: { defaultMs: 50 } });
    expect(await reasonFor(first.client.say({}, reader))).toBe("DEADLINE_EXCEEDED");
    const second = await start({ say: () => ({}) }, { deadline: { requireDeadline: true } });
    expect(await reasonFor(second.client.say({}, reader))).toBe("INVALID_ARGUMENT");
    await second.client.say({}, { ...reader, timeoutMs: 5000 });
  });

  it("limits what one principal has in flight, and nobody else", async () => {
    const gate = hold();
    const { client } = await start({ say: () => gate.opened.then(() => ({})) }, { callsPerPrincipal: 2 });
    const held = [client.say({}, reader), client.say({}, reader)];
    const refused = fromConnectError(await failure(client.say({}, reader)));
    expect(refused).toMatchObject({ reason: "RATE_LIMITED", metadata: { limit: "2" }, retryAfterMs: 1000 });
    const other = client.say({}, bearer("boss-token"));
    gate.open();
    await Promise.all([...held, other]);
    await client.say({}, reader);
  });

  it("counts calls by code", async () => {
    const { client, host } = await start({
      say() {
        throw new SwitchyardError("LEASE_LOST");
      },
    });
    await failure(client.say({}, reader));
    const metrics = await (await fetch(`http://${host.opsAddress}/metrics`)).text();
    const labels = 'grpc_service="test.Probe",grpc_method="Say",grpc_type="unary"';
    expect(metrics).toContain(`grpc_server_started_total{${labels}} 1`);
    expect(metrics).toContain(`grpc_server_handled_total{${labels},grpc_code="FailedPrecondition"} 1`);
    expect(metrics).toContain(`grpc_server_handling_seconds_count{${labels}} 1`);
  });

  it("serves JSON and probes on the operations port", async () => {
    const { host } = await start({ say: ({ text }) => ({ text: text.toUpperCase() }) });
    const base = `http://${host.opsAddress}`;
    const call = (headers: Record<string, string>) =>
      fetch(`${base}/test.Probe/Say`, {
        method: "POST",
        body: '{"text":"hi"}',
        headers: { "content-type": "application/json", ...headers },
      });
    expect(await (await call(reader.headers)).json()).toEqual({ text: "HI" });
    const refused = await call({});
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({
      code: "unauthenticated",
      details: [{ type: "google.rpc.ErrorInfo" }],
    });
    expect((await fetch(`${base}/livez`)).status).toBe(200);
    expect((await fetch(`${base}/readyz?verbose`)).status).toBe(200);
    host.readiness.block("migrations");
    const busy = await fetch(`${base}/readyz`);
    expect([busy.status, await busy.text()]).toEqual([503, "not ready: migrations\n"]);
    expect((await fetch(`${base}/nothing`)).status).toBe(404);
  });

  it("tells its health, without a token", async () => {
    const { host, transport } = await start({});
    const health = createClient(Health, transport);
    expect((await health.check({ service: "test.Probe" })).status).toBe(Status.SERVING);
    expect((await failure(health.check({ service: "none" }))).code).toBe(Code.NotFound);
    expect(Object.keys((await health.list({})).statuses)).toEqual(["", "test.Probe"]);
    const seen: Status[] = [];
    for await (const { status } of health.watch({ service: "" })) {
      seen.push(status);
      if (seen.length === 1) host.readiness.block("x");
      if (seen.length === 2) host.readiness.unblock("x");
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([Status.SERVING, Status.NOT_SERVING, Status.SERVING]);
    for await (const { status } of health.watch({ service: "none" })) {
      expect(status).toBe(Status.SERVICE_UNKNOWN);
      break;
    }
  });

  it.each([
    ["v1", ServerReflection],
    ["v1alpha", ServerReflectionAlpha as unknown as typeof ServerReflection],
  ])("describes itself by reflection %s", async (_, service) => {
    const { transport } = await start({}, { reflection: true });
    const answers: { case: string | undefined; value?: unknown }[] = [];
    async function* questions() {
      yield { messageRequest: { case: "listServices" as const, value: "" } };
      yield { messageRequest: { case: "fileContainingSymbol" as const, value: "test.Probe.Say" } };
      yield {
        messageRequest: {
          case: "fileContainingSymbol" as const,
          value: "grpc.health.v1.HealthCheckResponse.ServingStatus",
        },
      };
      yield { messageRequest: { case: "fileByFilename" as const, value: "nothing.proto" } };
      yield { messageRequest: { case: "allExtensionNumbersOfType" as const, value: "test.Note" } };
    }
    for await (const { messageResponse } of createClient(service, transport).serverReflectionInfo(questions()))
      answers.push(messageResponse);
    expect(answers[0]).toMatchObject({
      value: {
        service: [
          { name: "grpc.reflection.v1.ServerReflection" },
          { name: "grpc.reflection.v1alpha.ServerReflection" },
          { name: "test.Probe" },
        ],
      },
    });
    const { fileDescriptorProto: files = [] } = (answers[1]?.value ?? {}) as { fileDescriptorProto?: Uint8Array[] };
    expect(fromBinary(FileDescriptorProtoSchema, files[0] as Uint8Array).name).toBe("test/probe.proto");
    expect(answers[2]).toMatchObject({ case: "errorResponse", value: { errorCode: Code.NotFound } });
    expect(answers[3]).toMatchObject({ case: "errorResponse", value: { errorCode: Code.NotFound } });
    expect(answers[4]).toMatchObject({
      case: "allExtensionNumbersResponse",
      value: { baseTypeName: "test.Note", extensionNumber: [] },
    });
  });

  it("drains: not ready, watches told, held calls ended, work in flight finished", async () => {
    const gate = hold();
    const begun = hold();
    const { client, host, transport } = await start({
      async say() {
        begun.open();
        await gate.opened;
        return { text: "finished" };
      },
    });
    const work = client.say({}, reader);
    await begun.opened;
    const statuses: Status[] = [];
    const watching = hold();
    const watched = (async () => {
      for await (const { status } of createClient(Health, transport).watch({})) {
        statuses.push(status);
        watching.open();
      }
    })();
    await watching.opened;
    const stopped = host.stop();
    expect(host.readiness.ready).toBe(false);
    expect(await reasonFor(watched)).toBe("SHUTTING_DOWN");
    gate.open();
    expect((await work).text).toBe("finished");
    await stopped;
    await host.stop();
    expect(statuses[0]).toBe(Status.SERVING);
    await expect(fetch(`http://${host.opsAddress}/livez`)).rejects.toThrow();
  });

  it("releases the first port when the second is taken", async () => {
    const { host } = await start({});
    await expect(start({}, { grpcListen: host.grpcAddress })).rejects.toThrow("cannot listen");
  });
});

async function failure(call: Promise<unknown>): Promise<ConnectError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ConnectError) return error;
  throw new Error(`not an RPC error: ${error}`);
}

async function reasonFor(call: Promise<unknown>) {
  return reasonOf(await failure(call));
}

async function drain(messages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of messages);
}
