import type { Transport } from "@connectrpc/connect";
import { createOwnerDirectory, createOwnerTransport } from "@switchyard/client";
import { type Clock, systemClock } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import { asStorageError, type Pool } from "@switchyard/postgres";
import { ArtifactService } from "@switchyard/proto/switchyard/catalog/v1/artifact_service_pb";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { ShardService } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import { type ConnectedTransport, createClient, mapErrors, type ServiceRoute } from "@switchyard/rpc";
import {
  type Authenticator,
  type CheckedTokens,
  countCallWays,
  createCheckedTokens,
  firstOf,
  watchPool,
} from "@switchyard/service-kit";
import type { Logger } from "pino";
import { Registry } from "prom-client";
import { createActivity } from "./domain/activity.js";
import { createRunnerLogs } from "./domain/append-log.js";
import { createRunnerArtifacts } from "./domain/artifacts.js";
import { createCheckCredential } from "./domain/check-credential.js";
import { createClaimJob } from "./domain/claim-job.js";
import { createFleet } from "./domain/fleet.js";
import { createGiveBack } from "./domain/give-back.js";
import { createHeartbeat, lostOf } from "./domain/heartbeat.js";
import { createPools } from "./domain/pools.js";
import { createRegisterRunner } from "./domain/register-runner.js";
import { createShardedRenewals } from "./domain/renewals/sharded-renewals.js";
import { createReports } from "./domain/reports.js";
import { createRunnerRegistry } from "./domain/runner-registry.js";
import { createSealBeforeHanding } from "./domain/seal-before-handing.js";
import { createSeals } from "./domain/seals.js";
import { createSignsOfLife } from "./domain/signs-of-life.js";
import { createRunnerSessions, type RunnerSessions } from "./domain/sync/runner-sessions.js";
import { createSyncRunner } from "./domain/sync/sync-runner.js";
import { createAccessTokens } from "./domain/tokens/access-tokens.js";
import { createTokenUses } from "./domain/tokens/token-uses.js";
import { createCapacityLoops } from "./loops/capacity/capacity-loops.js";
import { writeTokenUses } from "./store/access-tokens.js";
import { showSessions } from "./metrics/session-metrics.js";
import { poolChannel, runnerChannel, tokenChannel } from "./store/database.js";
import { createPostgresRunnerStore } from "./store/postgres-runner-store.js";
import type { RunnerStore } from "./store/runner-store.js";
import { createFleetRoute } from "./transport/fleet-service.js";
import { createRunnerAuthenticator } from "./transport/runner-authenticator.js";
import { createRunnerRoute } from "./transport/runner-service.js";
import { profileOf } from "./transport/spec-mapping.js";
import { createTokenRoute } from "./transport/token-service.js";

/** What a gateway needs from outside. */
export interface RunnerGatewayDeps {
  /** Connections to the database with the migrated schema `runners`. Stays open. */
  readonly pool: Pool;
  /** The same database, for the connection that listens to other replicas. */
  readonly databaseUrl: string;
  /** Speaks `switchyard.scheduler.v1.DispatchService` and `ShardService`: any replica of the scheduler. */
  readonly scheduler: Transport;
  /** Connects to the replica of the scheduler at an address. Default: all calls take `scheduler`. */
  readonly openScheduler?: (address: string) => ConnectedTransport;
  /** Speaks `switchyard.log.v1.LogService`. */
  readonly logStore: Transport;
  /** Speaks `switchyard.catalog.v1.ArtifactService`. Default: runners cannot store files. */
  readonly catalog?: Transport;
  readonly logger: Logger;
  readonly settings?: RunnerGatewaySettings;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** What the calls of runners read and write. Default: the database. */
  readonly store?: RunnerStore;
  /** Gets the gateway's metrics. Default: nobody sees them. */
  readonly registry?: Registry;
}

/** What may be set; the defaults are meant for production. */
export interface RunnerGatewaySettings {
  /** How long a lease waits for its runner's next call, and demand outlives the last one. Default 3,000 ms. */
  readonly pendingMs?: number;
  /** Longest wait for the seal of older logs before a lease is handed out; then the job is given back. Default 5,000 ms. */
  readonly sealBeforeMs?: number;
  /** Longest wait of an outcome's answer for the seal of its logs. Default 2,000 ms. */
  readonly sealAfterMs?: number;
  /** How long a sign of life may wait for a shared call. Default 1,000 ms. */
  readonly lazyMs?: number;
}

/** A gateway for runners. */
export interface RunnerGateway {
  /** `RunnerService`, `FleetService` and `TokenService`. */
  readonly routes: ServiceRoute[];
  /** Recognises access tokens and those that runners have of their own; to be asked before or after configured tokens. */
  readonly authenticator: Authenticator;
  /** Returns when the gateway hears of changes by other replicas and asks for work. */
  start(): Promise<void>;
  /**
   * Answers held calls with what is there, takes no more work and gives back what no runner got to see. Reports, logs and
   * all else are still served; `SyncRunner` is refused with SHUTTING_DOWN, so that runners go to another replica.
   */
  drain(): Promise<void>;
  /** Drains, then writes what is left and ends; after the listeners have. */
  stop(): Promise<void>;
}

/** Builds a gateway. Nothing runs before `start`. */
export function createRunnerGateway(deps: RunnerGatewayDeps): RunnerGateway {
  const { pool, logger, clock = systemClock, settings = {}, registry: metrics = new Registry() } = deps;
  const { pendingMs = 3_000, sealBeforeMs = 5_000 } = settings;
  const shards = createOwnerDirectory({ shards: createClient(ShardService, deps.scheduler), clock });
  const { openScheduler: open } = deps;
  const owners =
    open &&
    createOwnerTransport({ seed: deps.scheduler, directory: shards, open, onCall: countCallWays(metrics), clock });
  const scheduler = createClient(DispatchService, owners ?? deps.scheduler);
  const store = deps.store ?? createPostgresRunnerStore({ pool, url: deps.databaseUrl, log: logger });
  const logStore = createClient(LogService, deps.logStore);
  const warn = (message: string) => (error: unknown) => logger.warn({ err: error }, message);
  const ending = new AbortController();

  const listener = store.listen({
    channels: [runnerChannel, poolChannel, tokenChannel],
    onNotification: (channel, payload) => {
      if (channel === tokenChannel) return checkedTokens.forget(payload);
      if (channel === poolChannel) return pools.changed(payload);
      const [namespace, id] = JSON.parse(payload) as [string, string];
      registry.changed(namespace, id);
    },
    onReconnect: () => {
      registry.changedAll();
      pools.changed(undefined);
    },
  });
  const { findRunner: load, findCredentialOwner: findOwner } = store;
  const registry = createRunnerRegistry({ load, isListening: () => listener.connected });

  const activity = createActivity({
    write: store.writeActivity,
    countLost: store.countLost,
    clock,
    onError: warn("signs of life could not be written"),
  });
  const uses = createTokenUses({
    write: (noted) => writeTokenUses(pool, noted),
    clock,
    onError: warn("uses of tokens could not be written"),
  });
  const tokens = createAccessTokens({ pool, uses, clock, onRevoked: (digest) => checkedTokens.forget(digest) });
  const checkedTokens: CheckedTokens = createCheckedTokens({
    check: tokens.check,
    onError: warn("tokens cannot be checked"),
  });
  const renewals = createShardedRenewals({ scheduler, shards, clock, ...optional("lazyMs", settings.lazyMs) });
  const seals = createSeals({
    logStore,
    clock,
    onError: (error, willRepeat) => logger.warn({ err: error, willRepeat }, "log streams could not be sealed"),
  });
  const artifacts = createRunnerArtifacts({
    renewals,
    catalog: deps.catalog && createClient(ArtifactService, deps.catalog),
    onMissing: warn("an outcome names files that are not there"),
  });
  const reports = createReports({
    scheduler,
    shards,
    clock,
    seals,
    activity,
    onEnded: (namespace, runnerId, ended) => sessions.ended(namespace, runnerId, ended),
    commitFiles: artifacts.commit,
    onCommitFailed: warn("files of an ended attempt are not visible yet"),
    onSealFailed: warn("the log streams of an ended attempt stay open"),
    onCountFailed: warn("counters could not be written"),
    ...optional("sealWaitMs", settings.sealAfterMs),
  });
  const giveBack = createGiveBack(reports, warn("leases could not be given back"));
  const sealBeforeHanding = createSealBeforeHanding(seals, warn("older logs could not be sealed"), sealBeforeMs, clock);
  const capacity = createCapacityLoops({
    scheduler,
    shards,
    clock,
    onLeases: (leases) => sessions.assign(leases),
    onRevocations: (revocations) => {
      for (const { namespace, runnerId, revocation } of revocations) {
        if (revocation === undefined) continue;
        activity.lost(lostOf(namespace, runnerId, [revocation]));
        sessions.revoke(namespace, runnerId, revocation);
      }
    },
    onInterrupted: (isConcerned) => sessions.askForAll(isConcerned),
    onError: warn("the scheduler does not answer"),
  });
  const sessions: RunnerSessions = createRunnerSessions({
    registry,
    clock,
    giveBack,
    sealBeforeHanding,
    state: capacity.state,
    onError: warn("a changed runner could not be read"),
    ...{ pendingMs, sealBeforeMs },
  });

  showSessions(metrics, () => sessions.counts());
  watchPool(metrics, pool);

  const fleet = createFleet({ pool, store, registry, renewals, activity, clock });
  const pools = createPools({ pool, fleet, activity, clock });
  const signs = createSignsOfLife(activity, renewals, registry, clock);
  const routes = [
    createRunnerRoute({
      register: createRegisterRunner({ store, registry, renewals, clock }),
      sync: createSyncRunner({
        registry,
        sessions,
        renewals,
        ending: reports.ending,
        activity,
        clock,
        profileOf,
        setPaused: ({ namespace, id }, paused) => fleet.change(namespace, id, { paused }),
        pendingMs,
      }),
      claim: createClaimJob({
        scheduler,
        load,
        profileOf,
        renewals,
        signs,
        giveBack,
        sealBeforeHanding,
        clock,
        stopping: ending.signal,
      }),
      heartbeat: createHeartbeat({ store, fleet, renewals, activity, clock }),
      reports,
      logs: createRunnerLogs(renewals, logStore),
      artifacts,
      fleet,
      signs,
      clock,
    }),
    createFleetRoute({
      fleet,
      pools,
      checkCredential: createCheckCredential({ findOwner, load, clock }),
      signs,
      stopping: ending.signal,
    }),
    createTokenRoute(tokens),
  ].map((served) => mapErrors(served, asStorageError));

  let started: Promise<void> | undefined;
  let drained: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  async function drain(): Promise<void> {
    ending.abort(new SwitchyardError("SHUTTING_DOWN"));
    await started?.catch(() => undefined);
    sessions.stop();
    await capacity.stop();
    sessions.giveBackRest();
    await giveBack.idle();
  }

  async function stop(): Promise<void> {
    await begin();
    await reports.idle();
    await renewals.stop();
    await seals.stop();
    await activity.stop();
    await uses.stop();
    await listener.stop();
    shards.close();
    owners?.close();
  }

  const begin = () => {
    drained ??= drain();
    return drained;
  };

  return {
    routes,
    authenticator: firstOf(checkedTokens, createRunnerAuthenticator({ findOwner, registry, clock })),
    start() {
      started ??= listener.start().then(() => capacity.start());
      return started;
    },
    drain: begin,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** A property that is there only with a value, as exact optional properties want it. */
function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}
