import {
  isSafelyRepeated,
  type JobSpecInit,
  jsonPayload,
  retrying,
  type SwitchyardClient,
  uuidV7,
} from "@switchyard/client";
import { reasonOf } from "@switchyard/errors";
import type { JobBody, JobShape, SubmitSide } from "../driver/queue.js";
import { benchKind, namespace } from "./names.js";

const none = { blocked: 0n, scheduled: 0n, queued: 0n, claimed: 0n, started: 0n };

/** Submits as users of the client library do: `submit` shares calls; whole batches and plain calls are RPCs of their own. */
export function createSubmitSide(client: SwitchyardClient): SubmitSide {
  let distinct = 0;
  const spec = (body: JobBody, shape: JobShape = {}): JobSpecInit => ({
    kind: (shape.kind ?? benchKind).replace("#", () => String(distinct++)),
    input: jsonPayload(body),
    ...(shape.rankClass === undefined ? {} : { order: { rankClass: shape.rankClass } }),
    ...(shape.concurrencyKey === undefined ? {} : { concurrencyKeys: [shape.concurrencyKey] }),
  });
  const call = (specs: readonly JobSpecInit[]) => {
    // Repeated as it was under its request id, as the library's own `submit` does.
    const request = { namespace, requestId: uuidV7(), items: specs.map((item) => ({ spec: item })) };
    return retrying(() => client.jobs.submitJobs(request), { giveUpAfterMs: 60_000, retryable: repeats });
  };
  return {
    submitOne: (body) => client.submit(namespace, spec(body)),
    submitPlain: (body) => call([spec(body)]),
    submitMany: (bodies, shape) => call(bodies.map((body) => spec(body, shape))),
    async openJobs() {
      const { queue } = await client.queues.getQueue({ namespace, name: "default" }).catch(noQueue);
      const { blocked, scheduled, queued, claimed, started } = queue?.counts ?? none;
      return Number(blocked + scheduled + queued + claimed + started);
    },
  };
}

/** A repeat belongs into the figure, and whoever reads it should know. */
function repeats(error: unknown): boolean {
  const again = isSafelyRepeated(error);
  if (again) console.error(`a submit is repeated: ${reasonOf(error)}`);
  return again;
}

/** A queue exists from its first job on. */
function noQueue(error: unknown): { readonly queue: undefined } {
  if (reasonOf(error) !== "QUEUE_NOT_FOUND") throw error;
  return { queue: undefined };
}
