import type { Duration } from "@bufbuild/protobuf/wkt";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import type { HeldAttempt, LeaseStatus } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { Lease, Revocation } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";

/** What one call of a runner needs the scheduler to renew or to tell. Unset fields ask for nothing. */
export interface RenewalNeed {
  readonly namespace: string;
  /** Empty when only attempts by number are named. */
  readonly runnerId: string;
  readonly attempts?: readonly AttemptRef[];
  /** `attempts` is all that the runner holds. */
  readonly complete?: boolean;
  /** Renew all that the runner holds, named or not. */
  readonly renewHeld?: boolean;
  /** Renew the runner's presence for so long. */
  readonly presenceMs?: number;
  /** End the presence and release all that the runner holds. */
  readonly leave?: boolean;
  /** Length of the renewed leases; unset is the one of the claim. */
  readonly lease?: Duration;
  /** Tell what was revoked in the last 10 minutes. */
  readonly wantRevoked?: boolean;
  /** Tell of what is held what it is and since when. */
  readonly describeHeld?: boolean;
}

/** What came of a need. */
export interface RenewalAnswer {
  /** In the order of the need's `attempts`. */
  readonly statuses: readonly LeaseStatus[];
  /** Leases that the runner holds and the need did not name; only with `complete`. */
  readonly unnamed: readonly Lease[];
  /** What was revoked lately, newest last; only with `wantRevoked`. */
  readonly revoked: readonly Revocation[];
  /** Live attempts of the runner. */
  readonly held: readonly HeldAttempt[];
  /** When the question was sent, monotonic: what was renewed lasts at least from then. */
  readonly sentMs: number;
}
