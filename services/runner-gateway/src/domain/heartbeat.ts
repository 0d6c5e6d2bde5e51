import { create } from "@bufbuild/protobuf";
import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Clock } from "@switchyard/clock";
import {
  type Revocation,
  Revocation_Reason,
  RevocationSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { RunnerStore } from "../store/runner-store.js";
import type { Activity } from "./activity.js";
import type { Fleet, RunnerView } from "./fleet.js";
import type { Renewals } from "./renewals/renewals.js";
import { requireUsable } from "./runner-registry.js";

/** A sign of life of a simple runner. */
export interface HeartbeatCall {
  readonly namespace: string;
  readonly runnerId: string;
  /** Unset: stays as it is. */
  readonly mode: "accepting" | "paused" | "leaving" | undefined;
  /** Jobs that it believes to hold. */
  readonly runningJobIds: readonly string[];
  /** Empty: stays. */
  readonly version: string;
  /** Empty: stays. */
  readonly hostname: string;
  /** Leave the leases of what the runner holds as they are. */
  readonly presenceOnly: boolean;
}

/** What {@link createHeartbeat} needs. */
export interface HeartbeatDeps {
  readonly store: Pick<RunnerStore, "findRunner">;
  readonly fleet: Fleet;
  readonly renewals: Renewals;
  readonly activity: Activity;
  readonly clock: Clock;
}

/**
 * Creates the heartbeat: renews presence and all that the runner holds, named or not, unless it is about presence only, and
 * tells what the runner no longer holds. One that leaves has everything released and is not present from then on.
 *
 * @throws SwitchyardError RUNNER_NOT_FOUND, TOKEN_REVOKED
 */
export function createHeartbeat(
  deps: HeartbeatDeps,
): (call: HeartbeatCall) => Promise<{ readonly runner: RunnerView; readonly revoked: readonly Revocation[] }> {
  const { store, fleet, renewals, activity, clock } = deps;

  return async ({ namespace, runnerId, mode, runningJobIds, version, hostname, presenceOnly }) => {
    const record = requireUsable(await store.findRunner(namespace, runnerId), runnerId);
    const paused = mode === "paused" ? true : mode === "accepting" ? false : record.paused;
    const isNews =
      paused !== record.paused ||
      (version !== "" && version !== record.version) ||
      (hostname !== "" && hostname !== record.hostname);
    if (isNews) {
      const facts = { ...(version === "" ? {} : { version }), ...(hostname === "" ? {} : { hostname }) };
      await fleet.change(namespace, runnerId, { paused, ...facts });
    }
    const { held, revoked } =
      mode === "leaving"
        ? await leave(namespace, runnerId)
        : await renewals.renew({
            namespace,
            runnerId,
            presenceMs: record.presenceMs,
            renewHeld: !presenceOnly,
            wantRevoked: true,
          });
    activity.lost(lostOf(namespace, runnerId, revoked));
    await activity.flush();
    const row = requireUsable(await store.findRunner(namespace, runnerId), runnerId);
    const live = new Set(held.map(({ jobId }) => jobId));
    const told = new Set(revoked.map(({ jobId }) => jobId));
    const unknown = [...new Set(runningJobIds)].filter((jobId) => !live.has(jobId) && !told.has(jobId));
    return {
      runner: await fleet.view(row, held),
      revoked: [...revoked, ...unknown.map((jobId) => notHeld(jobId, clock.wallMs()))],
    };
  };

  async function leave(namespace: string, runnerId: string) {
    await renewals.renew({ namespace, runnerId, leave: true });
    activity.leave(namespace, runnerId);
    const { revoked } = await renewals.renew({ namespace, runnerId, wantRevoked: true });
    return { held: [], revoked };
  }
}

/** The losses among revocations: what ended without a word of the runner or of an operator. */
export function lostOf(namespace: string, runnerId: string, revoked: readonly Revocation[]) {
  return revoked.flatMap(({ reason, time }) =>
    reason === Revocation_Reason.LEASE_LOST && time !== undefined
      ? [{ namespace, runnerId, lostAtMs: timestampDate(time).getTime() }]
      : [],
  );
}

function notHeld(jobId: string, wallMs: number): Revocation {
  return create(RevocationSchema, { jobId, reason: Revocation_Reason.NOT_HELD, time: timestampFromMs(wallMs) });
}
