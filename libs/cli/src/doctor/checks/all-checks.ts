import type { Check } from "../examination.js";
import { addressCheck } from "./address.js";
import { authenticationCheck } from "./authentication.js";
import { connectCheck } from "./connect.js";
import { healthCheck } from "./health.js";
import { clockCheck, readinessCheck } from "./operations.js";
import { queuesCheck, schedulerCheck } from "./scheduler.js";
import { shardsCheck } from "./shards.js";
import { catalogCheck, logStoreCheck, versionsCheck } from "./stores.js";
import { runnersCheck, waitingCheck } from "./work.js";

/** From the caller's side inwards: what fails first is what to mend first. */
export const allChecks: readonly Check[] = [
  addressCheck,
  connectCheck,
  authenticationCheck,
  clockCheck,
  healthCheck,
  readinessCheck,
  schedulerCheck,
  shardsCheck,
  runnersCheck,
  waitingCheck,
  queuesCheck,
  logStoreCheck,
  catalogCheck,
  versionsCheck,
];
