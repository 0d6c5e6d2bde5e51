import type { Transport } from "@connectrpc/connect";
import { Scope, TokenService } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { RegisterRunnerRequest_Mode, RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { createClient } from "@switchyard/rpc";
import type { Thing } from "./fact.js";

/** A thing that is there, in a namespace of somebody else, and one of its sort that is nowhere. */
export interface Pair {
  readonly foreign: string;
  readonly absent: string;
}

const text = (value: string) => new TextEncoder().encode(value);

/** Makes one thing of each sort in a namespace. */
export async function makeThings(
  transport: Transport,
  authorization: string,
  namespace: string,
): Promise<Readonly<Record<Thing, Pair>>> {
  const options = { headers: { authorization } };
  const client = <S extends Parameters<typeof createClient>[0]>(service: S) => createClient(service, transport);
  const named = (foreign: string): Pair => ({ foreign, absent: `${foreign}-not` });
  const random = (foreign: string | undefined): Pair => ({ foreign: foreign ?? "", absent: crypto.randomUUID() });

  const queue = named("foreign-queue");
  const items = [{ spec: { kind: "walk", queue: queue.foreign } }];
  const { jobs } = await client(JobService).submitJobs({ namespace, items }, options);

  const runner = named("foreign-runner");
  const spec = { name: "foreign", slots: 1, profile: {} };
  const mode = RegisterRunnerRequest_Mode.UPSERT;
  await client(RunnerService).registerRunner({ namespace, mode, runnerId: runner.foreign, spec }, options);

  const schedule = named("foreign-schedule");
  const plan = { namespace, name: schedule.foreign, cron: "0 0 1 1 *", spec: { kind: "walk" } };
  await client(QueueService).createSchedule({ schedule: plan }, options);

  const grant = { name: "foreign-thing", scopes: [Scope.READ], namespaces: [namespace] };
  const { token } = await client(TokenService).createToken({ grant }, options);

  const log = named("foreign-log");
  const content = { case: "text" as const, value: { lines: text("secret line\n") } };
  const appends = [{ jobId: log.foreign, attempt: 1, append: { stream: "walk", content } }];
  const { results } = await client(LogService).appendLog({ namespace, appends }, options);
  for (const { message } of results) if (message !== "") throw new Error(`the log cannot be made: ${message}`);

  const document = named("foreign-document");
  const put = { case: "put" as const, value: { body: text("{}") } };
  const writes = [{ collection: "walk", key: document.foreign, operation: put }];
  await client(CatalogService).writeDocuments({ namespace, writes }, options);

  async function* file() {
    yield { message: { case: "artifact" as const, value: { namespace, jobId: "walk", attempt: 1, name: "foreign" } } };
    yield { message: { case: "data" as const, value: text("secret file") } };
  }
  const { artifact } = await client(ArtifactService).uploadArtifact(file(), options);
  return {
    ...{ queue, runner, schedule, log, document },
    ...{ job: random(jobs[0]?.jobId), token: random(token?.tokenId), artifact: random(artifact?.id) },
  };
}
