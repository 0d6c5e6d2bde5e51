import { timestampDate } from "@bufbuild/protobuf/wkt";
import { FleetService, type Pool } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import type { createCheckCredential } from "../domain/check-credential.js";
import { durationToMs } from "../domain/durations.js";
import type { Fleet, RunnerStanding } from "../domain/fleet.js";
import { type Pools, type PoolView, wantedSize } from "../domain/pools.js";
import type { SignsOfLife } from "../domain/signs-of-life.js";
import {
  checkCount,
  checkDuration,
  checkLabels,
  checkRunnerId,
  checkTime,
  checkTokenPrefix,
  checkWord,
  invalid,
} from "./checks.js";
import { decodePageToken, encodePageToken, queryDigest } from "./page-token.js";
import { runnerToProto, standingFromProto } from "./runner-to-proto.js";
import { requireSpeaker } from "./runner-principal.js";
import { specOf } from "./spec-mapping.js";

/** What {@link createFleetRoute} needs. */
export interface FleetRouteDeps {
  readonly fleet: Fleet;
  readonly pools: Pools;
  readonly checkCredential: ReturnType<typeof createCheckCredential>;
  readonly signs: SignsOfLife;
  /** Aborted when the gateway ends. */
  readonly stopping: AbortSignal;
}

const maxPoolSize = 50;
/** Longest wait for a pool to reach its size; below the default deadline of a call. */
const maxScaleWaitMs = 15_000;
const deadlineMarginMs = 500;

/** Serves `FleetService`. */
export function createFleetRoute(deps: FleetRouteDeps): ServiceRoute {
  const { fleet, pools, checkCredential, signs, stopping } = deps;
  return route(FleetService, {
    async listRunners(request, context) {
      const { namespace, states, labels, pageSize, pageToken, name } = request;
      checkWord(namespace, "namespace");
      requireSpeaker(context, namespace, "");
      checkLabels(labels, "labels");
      if (name !== "") checkWord(name, "name");
      if (pageSize > 1_000) throw invalid("page_size", "is above 1000");
      const standings = new Set<RunnerStanding>();
      for (const state of states) {
        const standing = standingFromProto(state);
        if (standing === undefined) throw invalid("states", `has the unknown state ${RunnerState[state] ?? state}`);
        standings.add(standing);
      }
      const digest = queryDigest([namespace, [...standings].sort(), Object.entries(labels).sort(), name]);
      const after = decodePageToken(pageToken, digest);
      const page = await fleet.list(
        { namespace, labels, name: name === "" ? undefined : name },
        { size: pageSize === 0 ? 100 : pageSize, after, standings },
      );
      return {
        runners: page.runners.map(runnerToProto),
        nextPageToken: page.next === undefined ? "" : encodePageToken(page.next, digest),
        total: BigInt(page.total),
      };
    },
    async getRunner({ namespace, runnerId }, context) {
      checkRunner(namespace, runnerId);
      requireSpeaker(context, namespace, runnerId);
      return { runner: runnerToProto(await fleet.get(namespace, runnerId)) };
    },
    async drainRunner({ namespace, runnerId, undo }, context) {
      checkRunner(namespace, runnerId);
      requireSpeaker(context, namespace, runnerId);
      return { runner: runnerToProto(await fleet.drain(namespace, runnerId, !undo)) };
    },
    async revokeRunner(request, context) {
      const { namespace, runnerId, releaseHeld } = request;
      checkRunner(namespace, runnerId);
      requireSpeaker(context, namespace, runnerId);
      const view = await fleet.revoke(namespace, runnerId, { releaseHeld, forget: request.delete });
      return { runner: runnerToProto(view) };
    },
    async issueCredential({ namespace, runnerId, prefix, expireTime }, context) {
      checkRunner(namespace, runnerId);
      requireSpeaker(context, namespace, runnerId);
      checkTokenPrefix(prefix, "prefix");
      checkTime(expireTime, "expire_time");
      const expiresAtMs = expireTime === undefined ? undefined : timestampDate(expireTime).getTime();
      const { token, runner } = await fleet.issueCredential(namespace, runnerId, { prefix, expiresAtMs });
      return { token, runner: runnerToProto(runner) };
    },
    async checkCredential({ namespace, tokenSha256 }, context) {
      checkWord(namespace, "namespace");
      requireSpeaker(context, namespace, "");
      if (tokenSha256.length !== 32) throw invalid("token_sha256", "must have 32 bytes");
      const record = await checkCredential(namespace, tokenSha256);
      await signs.note(namespace, record.id);
      await signs.showPresent(record);
      return { runnerId: record.id, spec: specOf(record) };
    },
    async getPool({ namespace }, context) {
      checkWord(namespace, "namespace");
      requireSpeaker(context, namespace, "");
      return { pool: poolToProto(await pools.get(namespace)) };
    },
    async scalePool({ namespace, size, running, ifNew, wait }, context) {
      checkWord(namespace, "namespace");
      requireSpeaker(context, namespace, "");
      if (size !== undefined && size > maxPoolSize) throw invalid("size", `is above ${maxPoolSize}`);
      const untilDeadline = (context.timeoutMs() ?? Number.POSITIVE_INFINITY) - deadlineMarginMs;
      checkDuration(wait, "wait", maxScaleWaitMs);
      const wantedMs = wait === undefined ? maxScaleWaitMs : durationToMs(wait);
      const waitMs = Math.max(0, Math.min(wantedMs, untilDeadline));
      const signal = AbortSignal.any([context.signal, stopping]);
      const { previous, pool } = await pools.scale(namespace, { size, running, ifNew }, waitMs, signal);
      return { previous: poolToProto(previous), pool: poolToProto(pool) };
    },
    async *watchPools({ namespaces }, context) {
      checkCount(namespaces.length, "namespaces", 0, 1_000);
      for (const namespace of namespaces) {
        checkWord(namespace, "namespaces");
        requireSpeaker(context, namespace, "");
      }
      if (namespaces.length === 0) requireSpeaker(context, "", "");
      const signal = AbortSignal.any([context.signal, stopping]);
      for await (const row of pools.watch(namespaces, signal))
        yield { namespace: row.namespace, size: wantedSize(row) };
    },
  });
}

function checkRunner(namespace: string, runnerId: string): void {
  checkWord(namespace, "namespace");
  checkRunnerId(runnerId);
}

function poolToProto({ row, runners }: PoolView): Omit<Pool, "$typeName"> {
  return { namespace: row.namespace, running: row.running, size: row.size, runners: runners.map(runnerToProto) };
}
