import { readFile } from "node:fs/promises";
import { Agent } from "node:http";
import { join } from "node:path";
import type { DescMethod } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { ServerReflection } from "@switchyard/proto/grpc/reflection/v1/reflection_pb";
import { type ClosableTransport, createClient, createGrpcTransport } from "@switchyard/rpc";
import { temporaryDirectory } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestSystem, type TestSystem } from "./test-system.js";
import { call } from "./walk/rpc/call.js";
import { makeCallers, namespaces, type RpcCaller } from "./walk/rpc/callers.js";
import type { RpcFact, Thing } from "./walk/rpc/fact.js";
import { rpcFacts } from "./walk/rpc/services.js";
import { makeThings } from "./walk/rpc/things.js";

// Every method of every service, over both protocols, for everybody who may come; and what can be learned of things of others.
const rootToken = "the-walk's-administrator";
const root = `Bearer ${rootToken}`;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let system: TestSystem;
let grpc: ClosableTransport;
let transports: readonly (readonly [protocol: string, transport: Transport])[];
let callers: readonly RpcCaller[];
let runnerToken: Uint8Array;

beforeAll(async () => {
  directory = await temporaryDirectory();
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false", GRPC_REFLECTION: "true" },
    AUDIT_LOG_PATH: join(directory.path, "audit.log"),
    SWITCHYARD_TOKENS: JSON.stringify([{ name: "root", token: rootToken, scopes: ["admin"], namespaces: "all" }]),
  });
  grpc = createGrpcTransport({ address: system.addresses.grpc });
  const nodeOptions = { agent: new Agent({ keepAlive: true }) };
  const baseUrl = `http://${system.addresses.ops}`;
  const connect = createConnectTransport({ baseUrl, httpVersion: "1.1", nodeOptions });
  transports = [
    ["gRPC", grpc],
    ["Connect", connect],
  ];
  ({ callers, runnerToken } = await makeCallers(grpc, root));
});
afterAll(async () => {
  grpc.close();
  await system.stop();
  await directory.remove();
});

interface Method {
  readonly name: string;
  readonly method: DescMethod;
  readonly fact: RpcFact<object>;
}

const methods: readonly Method[] = rpcFacts.flatMap(({ service, methods }) =>
  service.methods.map((method) => {
    const fact = methods[method.localName];
    if (fact === undefined)
      throw new Error(`say in test/walk/rpc what the walk needs to know about ${method.toString()}`);
    return { name: `${service.typeName}/${method.name}`, method, fact };
  }),
);

/** Reasons that say something about the caller, or that nothing works. */
const turnedAway =
  /^(UNAUTHENTICATED|TOKEN_REVOKED|PERMISSION_DENIED|RATE_LIMITED|SERVICE_UNAVAILABLE|UNIMPLEMENTED|INTERNAL)$/;

it("knows every service that is served", async () => {
  const client = createClient(ServerReflection, grpc);
  async function* ask() {
    yield { messageRequest: { case: "listServices" as const, value: "" } };
  }
  const served: string[] = [];
  for await (const { messageResponse } of client.serverReflectionInfo(ask())) {
    if (messageResponse.case === "listServicesResponse")
      served.push(...messageResponse.value.service.map(({ name }) => name));
  }
  const ours = served.filter((name) => !name.startsWith("grpc."));
  expect(ours.sort()).toEqual(rpcFacts.map(({ service }) => service.typeName).sort());
});

describe("who is let in", () => {
  let combinations = 0;
  afterAll(() => console.info(`${combinations} combinations of method, protocol and caller`));

  it.each(methods.map((one) => [one.name, one] as const))("%s", async (name, { method, fact }) => {
    const service = method.parent.typeName;
    const outcomes = await Promise.all(
      transports.flatMap(([protocol, transport]) =>
        callers.map(async ({ who, authorization, refusal }) => {
          const due = refusal(fact, service);
          const request = fact.request(namespaces.own, runnerToken);
          // A refusal is waited for; a stream that was let in may have nothing to say.
          const { reason } = await call(transport, method, request, authorization, due === undefined ? 250 : 5_000);
          combinations += 1;
          const met = turnedAway.test(reason) ? reason : "let in";
          return [
            [name, protocol, who, met],
            [name, protocol, who, due ?? "let in"],
          ] as const;
        }),
      ),
    );
    expect(outcomes.map(([met]) => met)).toEqual(outcomes.map(([, due]) => due));
  });
});

it("answers for things of others as for those that are nowhere", async () => {
  const things = await makeThings(grpc, root, namespaces.foreign);
  const insider = callers.find(({ who }) => who === "scope admin")?.authorization;
  const pairs = methods.flatMap((one) =>
    Object.entries(one.fact.names ?? {}).flatMap(([thing, request]) =>
      transports.map(([protocol, transport]) => ({ ...one, thing: thing as Thing, request, protocol, transport })),
    ),
  );
  const answers = [];
  for (const { name, method, thing, request, protocol, transport } of pairs) {
    const ask = async (id: string) => {
      const ended = await call(transport, method, request(namespaces.own, id), insider, 2_500);
      const told = JSON.stringify(ended, withoutMoments).replaceAll(id, "ID");
      return [name, thing, protocol, turnedAway.test(ended.reason), told] as const;
    };
    const { foreign, absent } = things[thing];
    const inTurn = async () => [await ask(foreign), await ask(absent)] as const;
    // Streams may have to be waited for; other calls stand one after the other, as those of one runner must not meet.
    const isStream = method.methodKind !== "unary";
    const both = isStream ? Promise.all([ask(foreign), ask(absent)]) : inTurn();
    answers.push(both);
    if (!isStream) await both;
  }
  const ended = await Promise.all(answers);
  expect(ended.map(([foreign]) => foreign)).toEqual(ended.map(([, absent]) => absent));
  expect(ended.filter(([foreign]) => foreign[3] === true)).toEqual([]);
  console.info(`${pairs.length} pairs of absent and foreign things`);
});

it("has written down every administrative act of the walk, and nothing else", async () => {
  const text = await readFile(join(directory.path, "audit.log"), "utf8");
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const written = new Set(lines.map(({ method }) => method as string));
  const acts = methods.filter(({ name, fact }) => fact.needs === "admin" && !routine.has(name)).map(({ name }) => name);
  expect([...written].sort()).toEqual([...acts, ...handingOut].sort());
  // Everybody who is known has met each of them, over both protocols; of strangers a part is left out.
  const isStranger = /^(UNAUTHENTICATED|TOKEN_REVOKED)$/;
  const known = callers.filter(({ refusal }) => !isStranger.test(refusal(anything, "") ?? "")).length;
  const counts = acts.map((act) => lines.filter(({ method, principal }) => method === act && principal).length);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(known * transports.length);
  for (const { authorization } of callers) expect(text.includes(authorization?.split(" ")[1] ?? rootToken)).toBe(false);
});

/** Methods of scope `admin` that services call by themselves. */
const routine = new Set(["switchyard.log.v1.LogService/SealLog"]);
/** Methods of other scopes that hand out credentials. */
const handingOut = ["switchyard.runner.v1.RunnerService/RegisterRunner"];
const anything: RpcFact<object> = { needs: "any", request: () => ({}), everywhere: true };

/** Leaves out what differs between any two calls: times, what is left of them, and numbers that grow with them. */
function withoutMoments(key: string, value: unknown): unknown {
  if (/(time|ToLive)$/i.test(key) || key === "revision") return undefined;
  return typeof value === "bigint" ? `${value}` : value;
}
