import type { BackchannelCheck } from "./backchannel/backchannel-access.js";
import type { Core } from "./core-access.js";
import type { JanitorMetrics } from "./metrics.js";
import type { WorkerLogins } from "./worker/worker-logins.js";

/** What the routes of the dialect share. */
export interface JanitorContext extends Core {
  /** Who a worker is. */
  readonly logins: WorkerLogins;
  /** Where workers may be called. */
  readonly mayCall: BackchannelCheck;
  readonly metrics: JanitorMetrics;
  /** Version of the build. */
  readonly version: string;
  /** Fires when the gateway ends. */
  readonly stopping: AbortSignal;
}
