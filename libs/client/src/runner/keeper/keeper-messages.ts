/** An attempt as the keeper thread knows it. Times in milliseconds of {@link sharedMs}. */
export interface KeptAttempt {
  readonly jobId: string;
  readonly attempt: number;
  /** End of its lease, as far as the runner knows. */
  readonly expiresAt: number;
  /** How long a renewal makes it last, at least. */
  readonly leaseMs: number;
  /** How long its work may take to stop. */
  readonly graceMs: number;
  /** Its handler runs, or is about to. One that only waits for its outcome to be acknowledged keeps its lease and can be stuck in nothing. */
  readonly isWorking: boolean;
}

/** What the runner tells its keeper thread. */
export type ToKeeper =
  /** Attempts that are about to begin. */
  | { readonly type: "taken"; readonly runnerId: string; readonly attempts: readonly KeptAttempt[] }
  /** All attempts that the runner has. Each such message is a sign that its event loop runs. */
  | { readonly type: "present"; readonly runnerId: string; readonly attempts: readonly KeptAttempt[] }
  /** The handlers of these have ended. Said at once, since another handler may block right after. */
  | { readonly type: "ended"; readonly attempts: readonly KeptKey[] }
  /** What calls and new connections are to show from now on. */
  | { readonly type: "credentials"; readonly token: string | undefined; readonly tls: KeeperTls | undefined };

/** `ClientTls` as it was at one moment, in a form that goes from thread to thread. */
export interface KeeperTls {
  readonly ca: Uint8Array | undefined;
  readonly cert: Uint8Array | undefined;
  readonly key: Uint8Array | undefined;
  readonly serverName: string | undefined;
}

/** Names an attempt. */
export interface KeptKey {
  readonly jobId: string;
  readonly attempt: number;
}

/** What the keeper thread tells its runner. */
export type FromKeeper =
  /** It can keep leases from now on. */
  | { readonly type: "ready" }
  /** A call that was sent then renewed the leases of these. */
  | {
      readonly type: "renewed";
      readonly sentAt: number;
      readonly attempts: readonly (KeptKey & Pick<KeptAttempt, "leaseMs">)[];
    }
  /** The services no longer take these for the runner's; `reason` is a number of `Revocation.Reason`. */
  | { readonly type: "revoked"; readonly attempts: readonly (KeptKey & { readonly reason: number })[] };

/** A monotonic clock that all threads of a process share, in milliseconds. `performance.now()` begins anew in each. */
export function sharedMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
