import type { Db } from "../store/database.js";
import { findLease, giveLeaseBack, type Lease, takeLease } from "../store/leases.js";
import { withStorageErrors } from "../store/storage-error.js";
import { findWindow, takeFromWindow } from "../store/token-windows.js";

/** Whether a lease was taken, and who holds it now. */
export interface LeaseAnswer extends Lease {
  readonly acquired: boolean;
}

/** Takes or renews a lease by the database's clock. The epoch rises when the holder changes, and when it was given back before. */
export function acquireLease(
  db: Db,
  lease: { readonly namespace: string; readonly name: string; readonly holder: string; readonly ttlMs: number },
): Promise<LeaseAnswer> {
  return withStorageErrors(async () => {
    const taken = await takeLease(db, lease);
    if (taken !== undefined) return { acquired: true, ...taken };
    const held = await findLease(db, lease.namespace, lease.name);
    return { acquired: false, ...(held ?? { holder: "", epoch: 0, timeLeftMs: 0 }) };
  });
}

/** Gives a lease back; one that the holder does not have stays as it is. */
export function releaseLease(db: Db, namespace: string, name: string, holder: string): Promise<void> {
  return withStorageErrors(() => giveLeaseBack(db, namespace, name, holder));
}

/** Whether tokens were taken, and how the window stands. */
export interface TokenAnswer {
  readonly granted: boolean;
  readonly remaining: number;
  readonly resetAfterMs: number;
}

/** Takes tokens of a fixed window, which begins with the first token. Refused tokens leave it as it is. */
export function takeTokens(
  db: Db,
  request: {
    readonly namespace: string;
    readonly key: string;
    readonly limit: number;
    readonly windowMs: number;
    readonly count: number;
  },
): Promise<TokenAnswer> {
  return withStorageErrors(async () => {
    const { namespace, key, limit } = request;
    const taken = await takeFromWindow(db, request);
    const window = taken ?? (await findWindow(db, namespace, key));
    const remaining = Math.max(0, limit - (window?.taken ?? 0));
    return { granted: taken !== undefined, remaining, resetAfterMs: window?.timeLeftMs ?? 0 };
  });
}
