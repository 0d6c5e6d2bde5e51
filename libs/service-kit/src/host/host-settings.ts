import { durationMs } from "../config/fields.js";
import { serviceTlsSettings } from "../tls/tls-settings.js";

/** With all else that a stop may take, a longer wait would be cut by `runUntilSignal`. */
const maxPropagationMs = 15_000;

/** How long a stopping service stays listening while it is not ready; for `loadConfig`. 5s on Kubernetes. */
export const stopSettings = {
  STOP_PROPAGATION: durationMs()
    .refine((ms) => ms <= maxPropagationMs, "expected at most 15s")
    .default(0),
};

/** Settings that every service with listeners has, for `loadConfig`. */
export const hostSettings = { ...serviceTlsSettings, ...stopSettings };
