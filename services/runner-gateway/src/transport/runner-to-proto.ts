import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Runner, RunnerSchema, RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import type { RunnerStanding, RunnerView } from "../domain/fleet.js";
import { specOf } from "./spec-mapping.js";

const states: Readonly<Record<RunnerStanding, RunnerState>> = {
  idle: RunnerState.IDLE,
  busy: RunnerState.BUSY,
  offline: RunnerState.OFFLINE,
  revoked: RunnerState.REVOKED,
};

/** The standing that a state of the contract means; undefined for the unspecified one. */
export function standingFromProto(state: RunnerState): RunnerStanding | undefined {
  return (Object.keys(states) as RunnerStanding[]).find((standing) => states[standing] === state);
}

/** A runner as the contract shows it. */
export function runnerToProto({ row, standing, held }: RunnerView): Runner {
  return create(RunnerSchema, {
    id: row.id,
    namespace: row.namespace,
    spec: specOf(row),
    state: states[standing],
    registerTime: timestampFromMs(row.registeredAtMs),
    ...(row.lastSeenAtMs === undefined ? {} : { lastSeenTime: timestampFromMs(row.lastSeenAtMs) }),
    held: [...held],
    completedCount: BigInt(row.completed),
    failedCount: BigInt(row.failed),
    lostCount: BigInt(row.lost),
    draining: row.draining,
    paused: row.paused,
    tokenPrefix: row.credential?.prefix ?? "",
    version: row.version,
    hostname: row.hostname,
  });
}
