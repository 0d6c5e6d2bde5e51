import { setMaxListeners } from "node:events";
import type { Client } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { TokenService } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { CoordinationService } from "@switchyard/proto/switchyard/catalog/v1/coordination_service_pb";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { Job } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { JobService, type SubmittedJob } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { QueueService } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { createClient } from "@switchyard/rpc";
import { anySignal } from "../any-signal.js";
import { type FollowJobOptions, type FollowUpdate, followJob } from "../follow/follow-job.js";
import { type DownloadLogOptions, downloadLog } from "../follow/download-log.js";
import { type FollowLogOptions, followLog } from "../follow/follow-log.js";
import { createJobEnds } from "../follow/job-ends.js";
import { type WaitForJobOptions, waitForJob } from "../follow/wait-for-job.js";
import { type JobUpdate, type WatchJobOptions, watchJob } from "../follow/watch-job.js";
import type { JobSpecInit, SubmitOptions } from "../submit/submit-item.js";
import { createSubmitter, type SubmitterOptions } from "../submit/submitter.js";
import type { CallDefaults } from "./call-defaults.js";
import { openTransports, type ServiceLocation } from "./transports.js";

/** Where the services are, who calls, and how submits are gathered. */
export type SwitchyardClientOptions = ServiceLocation & CallDefaults & { readonly submit?: SubmitterOptions };

/**
 * Typed clients of every service, and the few things that are worth more than a call. The typed clients reject with
 * `ConnectError`, as Connect's do; the methods here with `SwitchyardError`, or with the reason of the caller's signal.
 */
export interface SwitchyardClient {
  readonly jobs: Client<typeof JobService>;
  readonly queues: Client<typeof QueueService>;
  readonly shards: Client<typeof ShardService>;
  readonly runners: Client<typeof RunnerService>;
  readonly fleet: Client<typeof FleetService>;
  readonly tokens: Client<typeof TokenService>;
  readonly logs: Client<typeof LogService>;
  readonly catalog: Client<typeof CatalogService>;
  readonly artifacts: Client<typeof ArtifactService>;
  readonly coordination: Client<typeof CoordinationService>;
  /** Submits one job; concurrent calls share an RPC. Durable when it settles, and never doubled by a repeat. */
  submit(namespace: string, spec: JobSpecInit, options?: SubmitOptions): Promise<SubmittedJob>;
  /** Settles with the job, its result included, once it has ended. */
  waitForJob(namespace: string, jobId: string, options?: WaitForJobOptions): Promise<Job>;
  /** The job as it is, then its events until it has ended. */
  watchJob(namespace: string, jobId: string, options?: WatchJobOptions): AsyncIterable<JobUpdate>;
  /** Log entries of one attempt, or of one after the other, until the end. */
  followLog(options: FollowLogOptions): AsyncIterable<LogRecord>;
  /** One stream of an attempt as a file, piece by piece, up to what is there now. */
  downloadLog(options: DownloadLogOptions): AsyncIterable<Uint8Array>;
  /** Events and log entries of all attempts until the job has ended; the end comes last. */
  followJob(options: FollowJobOptions): AsyncIterable<FollowUpdate>;
  /** Ends the connections that this client opened, and every call and repeat of its own. */
  close(): void;
}

/** Makes a client. Nothing is connected before the first call. */
export function createSwitchyardClient(options: SwitchyardClientOptions): SwitchyardClient {
  const transports = openTransports(options, options);
  const closed = new AbortController();
  // Every stream listens to it; Node takes more than ten listeners for a leak.
  setMaxListeners(0, closed.signal);
  const jobs = createClient(JobService, transports.of.scheduler);
  const logs = createClient(LogService, transports.of.logStore);
  const submitter = createSubmitter(jobs, { ...options.submit, signal: closed.signal });
  const ends = createJobEnds(jobs, closed.signal);
  const until = (signal: AbortSignal | undefined) =>
    signal === undefined ? closed.signal : anySignal([signal, closed.signal]);
  return {
    jobs,
    queues: createClient(QueueService, transports.of.scheduler),
    shards: createClient(ShardService, transports.of.scheduler),
    runners: createClient(RunnerService, transports.of.runnerGateway),
    fleet: createClient(FleetService, transports.of.runnerGateway),
    tokens: createClient(TokenService, transports.of.runnerGateway),
    logs,
    catalog: createClient(CatalogService, transports.of.catalog),
    artifacts: createClient(ArtifactService, transports.of.catalog),
    coordination: createClient(CoordinationService, transports.of.catalog),
    submit: (namespace, spec, item) => submitter.submit(namespace, spec, item),
    waitForJob: (namespace, jobId, wait = {}) =>
      waitForJob(jobs, ends, namespace, jobId, { ...wait, signal: until(wait.signal) }),
    watchJob: (namespace, jobId, watch = {}) =>
      watchJob(jobs, namespace, jobId, { ...watch, signal: until(watch.signal) }),
    followLog: (follow) => followLog({ jobs, logs }, { ...follow, signal: until(follow.signal) }),
    downloadLog: (download) => downloadLog(logs, { ...download, signal: until(download.signal) }),
    followJob: (follow) => followJob({ jobs, logs }, { ...follow, signal: until(follow.signal) }),
    close() {
      closed.abort(new SwitchyardError("CANCELLED", "the client was closed"));
      transports.close();
    },
  };
}
