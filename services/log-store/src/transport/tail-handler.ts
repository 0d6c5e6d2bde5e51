import type { ServiceImpl } from "@connectrpc/connect";
import type { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { FollowHub } from "../domain/follow/follow-hub.js";
import { throwStorageError } from "../domain/storage-error.js";
import { checkAttempt, checkRef, invalid, sequenceOf } from "./check.js";
import { filterOf } from "./filter-from-proto.js";
import { checkNamespace } from "./namespace.js";
import { stepToProto } from "./step-to-proto.js";

const MAX_LAST = 10_000;

/** Serves the live tail. */
export function tailHandler(hub: FollowHub): Pick<ServiceImpl<typeof LogService>, "tailLog"> {
  return {
    async *tailLog({ stream: ref, fromSequence, filter, last }, context) {
      const { namespace, jobId, attempt, stream } = checkRef(ref);
      checkNamespace(context, "stream.namespace", namespace);
      checkAttempt("stream.attempt", attempt);
      if (last > MAX_LAST) throw invalid("last", `is more than ${MAX_LAST}`);
      const wish = {
        stream: stream === "" ? undefined : stream,
        from: fromSequence === undefined ? undefined : sequenceOf("from_sequence", fromSequence),
        last,
        filter: filterOf(filter),
      };
      try {
        for await (const step of hub.follow({ namespace, jobId, attempt }, wish, context.signal))
          yield* stepToProto(step);
      } catch (error) {
        if (context.signal.aborted) throw context.signal.reason;
        throwStorageError(error);
      }
    },
  };
}
