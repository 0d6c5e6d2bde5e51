import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { Core } from "../core-access.js";
import { runQueue } from "../names.js";
import { readItemInput } from "./item-input.js";

/** The core's limit of jobs in a page. */
const pageSize = 1000;

/**
 * The items of the queue in its order, as the dialect shows them; those that a worker has are among them until they are finished.
 *
 * @param limit how many; infinity is all
 */
export async function* listQueue(
  { core, config: { namespace } }: Core,
  limit: number,
): AsyncGenerator<object, undefined> {
  let missing = limit;
  let pageToken = "";
  do {
    const page = await core.jobs.listJobs({
      namespace,
      filter: { queue: runQueue },
      orderBy: ListOrder.CLAIM_ORDER,
      pageSize: Math.min(missing, pageSize),
      pageToken,
      view: JobView.PAYLOADS,
    });
    for (const { serial, spec } of page.jobs.slice(0, missing)) {
      const { context, command } = readItemInput(spec?.input);
      yield { queue_id: Number(serial), codebase: spec?.subject ?? "", campaign: spec?.kind ?? "", context, command };
    }
    missing -= page.jobs.length;
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && missing > 0);
  return undefined;
}
