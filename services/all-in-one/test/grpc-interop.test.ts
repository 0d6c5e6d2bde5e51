import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ErrorInfoSchema } from "@switchyard/proto/google/rpc/error_details_pb";
import { StatusSchema } from "@switchyard/proto/google/rpc/status_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestSystem, type TestSystem } from "./test-system.js";

// A client that knows nothing of this repository but its .proto files: grpc-js, with descriptors loaded at run time.
const definition = loadSync(
  [
    "switchyard/scheduler/v1/job_service.proto",
    "switchyard/log/v1/log_service.proto",
    "grpc/reflection/v1/reflection.proto",
    "grpc/health/v1/health.proto",
  ],
  {
    includeDirs: [join(import.meta.dirname, "../../../proto")],
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
  },
);

// biome-ignore lint/suspicious/noExplicitAny: clients made at run time have no types
type Untyped = any;

let system: TestSystem;
let jobs: Untyped;
let logs: Untyped;
let health: Untyped;
let reflection: Untyped;
let reflectionOfLogs: Untyped;

beforeAll(async () => {
  system = await startTestSystem({ GRPC_REFLECTION: "true", MANAGED_RUNNERS: "1", NUM_INTERNAL_WORKERS: "0" });
  const root = grpc.loadPackageDefinition(definition) as Untyped;
  const { SCHEDULER_ADDRESS: scheduler = "", LOG_STORE_ADDRESS: logStores = "" } = system.serviceEnv;
  const credentials = credentialsFor(system.serviceEnv);
  const connect = (Service: Untyped, addresses: string) => new Service(addresses.split(",")[0], credentials);
  jobs = connect(root.switchyard.scheduler.v1.JobService, scheduler);
  logs = connect(root.switchyard.log.v1.LogService, logStores);
  health = connect(root.grpc.health.v1.Health, scheduler);
  reflection = connect(root.grpc.reflection.v1.ServerReflection, scheduler);
  reflectionOfLogs = connect(root.grpc.reflection.v1.ServerReflection, logStores);
});
afterAll(async () => {
  for (const client of [jobs, logs, health, reflection, reflectionOfLogs]) client.close();
  await system.stop();
});

/** What the services want to see: nothing, or a certificate of their authority and a token. */
function credentialsFor(env: TestSystem["serviceEnv"]) {
  const { TLS_CA_PATH: ca, TLS_KEY_PATH: key, TLS_CERT_PATH: cert, SWITCHYARD_SERVICE_TOKEN: token } = env;
  if (ca === undefined || key === undefined || cert === undefined) return grpc.credentials.createInsecure();
  const shown = grpc.credentials.createFromMetadataGenerator((_, done) => {
    const metadata = new grpc.Metadata();
    metadata.set("authorization", `Bearer ${token}`);
    done(null, metadata);
  });
  return grpc.credentials.combineChannelCredentials(
    grpc.credentials.createSsl(readFileSync(ca), readFileSync(key), readFileSync(cert)),
    shown,
  );
}

const unary = (client: Untyped, method: string, request: object, options: object = {}): Promise<Untyped> =>
  promisify((callback: Untyped) =>
    client[method](request, new grpc.Metadata(), options, callback),
  )() as Promise<Untyped>;

const failure = (call: Promise<unknown>): Promise<grpc.ServiceError> =>
  call.then(
    () => Promise.reject(new Error("the call did not fail")),
    (error: grpc.ServiceError) => error,
  );

async function submit(command: readonly string[]): Promise<string> {
  const input = { data: Buffer.from(JSON.stringify({ command })), content_type: "application/json" };
  const { jobs: submitted } = await unary(jobs, "SubmitJobs", {
    namespace: "default",
    items: [{ spec: { kind: "shell.run", input } }],
  });
  return submitted[0].job_id;
}

/** Asks a reflection service; its answers. */
async function reflect(client: Untyped, ...requests: readonly object[]): Promise<Untyped[]> {
  const call = client.ServerReflectionInfo();
  const answers: Untyped[] = [];
  const ended = new Promise((resolve, reject) =>
    call
      .on("data", (m: Untyped) => answers.push(m))
      .on("end", resolve)
      .on("error", reject),
  );
  for (const request of requests) call.write(request);
  call.end();
  await ended;
  return answers;
}

/** The reason of a failed call, from the standard trailer. */
function reasonOf(error: grpc.ServiceError): string | undefined {
  const [trailer] = error.metadata.get("grpc-status-details-bin");
  const { details } = fromBinary(StatusSchema, trailer as Buffer);
  return details.map((any) => anyUnpack(any, ErrorInfoSchema)).find((info) => info !== undefined)?.reason;
}

describe("@grpc/grpc-js with nothing but the .proto files", () => {
  it("unary: submits and reads", async () => {
    const id = await submit(["true"]);
    const { job } = await unary(jobs, "GetJob", { namespace: "default", job_id: id });
    expect(job).toMatchObject({ id, namespace: "default", spec: { kind: "shell.run" } });
  });

  it("server streaming: watches a job to its end and tails its log", async () => {
    const id = await submit(["sh", "-c", "echo one; echo two"]);
    const types: string[] = [];
    const watch = jobs.WatchJobs({ namespace: "default", job_ids: [id], after_sequence: 0, until_final: true });
    for await (const { events } of watch) types.push(...events.map(({ type }: { type: string }) => type));
    expect(types[0]).toBe("JOB_EVENT_TYPE_SUBMITTED");
    expect(types.at(-1)).toBe("JOB_EVENT_TYPE_ENDED");
    const lines: string[] = [];
    const stream = { namespace: "default", job_id: id, attempt: 1, stream: "stdout" };
    for await (const { records } of logs.TailLog({ stream, from_sequence: 0 })) {
      lines.push(...records.map(({ entry }: { entry: { message: string } }) => entry.message));
    }
    expect(lines).toEqual(["one", "two"]);
  });

  it("bidi: reflection lists the services and gives their files, as grpcurl asks", async () => {
    const answers = await reflect(
      reflection,
      { list_services: "" },
      { file_containing_symbol: "switchyard.scheduler.v1.JobService" },
      { file_containing_symbol: "no.such.Symbol" },
    );
    const namesIn = ({ list_services_response: { service } }: Untyped) =>
      service.map(({ name }: { name: string }) => name);
    expect(namesIn(answers[0])).toContain("switchyard.scheduler.v1.JobService");
    const [listed] = await reflect(reflectionOfLogs, { list_services: "" });
    expect(namesIn(listed)).toContain("switchyard.log.v1.LogService");
    expect(answers[1].file_descriptor_response.file_descriptor_proto.length).toBeGreaterThan(0);
    expect(answers[2].error_response.error_code).toBe(grpc.status.NOT_FOUND);
  });

  it("deadline: reported by client and server alike", async () => {
    const endless = jobs.WatchJobs({ namespace: "default" }, new grpc.Metadata(), { deadline: Date.now() + 300 });
    const error = await failure(
      (async () => {
        for await (const _ of endless) void _;
      })(),
    );
    expect(error.code).toBe(grpc.status.DEADLINE_EXCEEDED);
  });

  it("error details: the reason in google.rpc.ErrorInfo", async () => {
    const error = await failure(unary(jobs, "GetJob", { namespace: "default", job_id: "nonsense" }));
    expect(error.code).toBe(grpc.status.INVALID_ARGUMENT);
    expect(reasonOf(error)).toBe("MALFORMED_ID");
  });

  it("errors of a stream come with their reason", async () => {
    const search = logs.SearchLogs({ stream: { namespace: "default", job_id: "none" } });
    const error = await new Promise<grpc.ServiceError>((resolve) => search.on("error", resolve).resume());
    expect(error.code).toBe(grpc.status.INVALID_ARGUMENT);
    expect(reasonOf(error)).toBe("INVALID_ARGUMENT");
  });

  it("oversize messages are refused, and the connection stays usable", async () => {
    const data = Buffer.alloc(5 * 1024 * 1024);
    const items = [{ spec: { kind: "shell.run", input: { data } } }];
    const error = await failure(unary(jobs, "SubmitJobs", { namespace: "default", items }));
    expect(error.code).toBe(grpc.status.RESOURCE_EXHAUSTED);
    expect(await submit(["true"])).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("health: serving", async () => {
    expect((await unary(health, "Check", { service: "" })).status).toBe("SERVING");
    expect((await unary(health, "Check", { service: "switchyard.scheduler.v1.JobService" })).status).toBe("SERVING");
  });
});
