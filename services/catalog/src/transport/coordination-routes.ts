import type { Duration } from "@bufbuild/protobuf/wkt";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { CoordinationService } from "@switchyard/proto/switchyard/catalog/v1/coordination_service_pb";
import { route, type ServiceRoute } from "@switchyard/rpc";
import { requireNamespace } from "@switchyard/service-kit";
import { acquireLease, releaseLease, takeTokens } from "../domain/coordinate.js";
import type { Db } from "../store/database.js";
import { checkKey, checkName, readDurationMs } from "./check-request.js";

/** Serves leases and shared rates. */
export function createCoordinationRoute(db: Db): ServiceRoute {
  return route(CoordinationService, {
    async acquireLease({ namespace, name, holder, timeToLive }, context) {
      requireNamespace(context, checkName(namespace, "namespace"));
      checkName(name, "name");
      checkName(holder, "holder");
      const ttlMs = readDurationMs(timeToLive, "time_to_live");
      const lease = await acquireLease(db, { namespace, name, holder, ttlMs });
      const { acquired, epoch, timeLeftMs } = lease;
      return { acquired, epoch: BigInt(epoch), holder: lease.holder, timeLeft: wholeMs(timeLeftMs) };
    },
    async releaseLease({ namespace, name, holder }, context) {
      requireNamespace(context, checkName(namespace, "namespace"));
      await releaseLease(db, namespace, checkName(name, "name"), checkName(holder, "holder"));
      return {};
    },
    async takeTokens({ namespace, key, limit, window, count }, context) {
      requireNamespace(context, checkName(namespace, "namespace"));
      checkKey(key, "key");
      const windowMs = readDurationMs(window, "window");
      const answer = await takeTokens(db, { namespace, key, limit, windowMs, count: count || 1 });
      return { granted: answer.granted, remaining: answer.remaining, resetAfter: wholeMs(answer.resetAfterMs) };
    },
  });
}

/** Rounded up, so that who waits that long does not come too early. */
function wholeMs(ms: number): Duration {
  return durationFromMs(Math.ceil(ms));
}
