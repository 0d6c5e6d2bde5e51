import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListRunnersRequest,
  ListRunnersRequestSchema,
  ListRunnersResponse,
} from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import type { Runner } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import type { CoreClients } from "./clients.js";

/** Which runners are listed. */
export type RunnerList = Pick<
  Exclude<MessageInitShape<typeof ListRunnersRequestSchema>, ListRunnersRequest>,
  "namespace" | "states" | "labels"
>;

/** Reads runners page by page, in the order of their ids. */
export async function* runnerPages(
  { fleet }: Pick<CoreClients, "fleet">,
  list: RunnerList,
): AsyncGenerator<ListRunnersResponse, undefined> {
  let pageToken = "";
  do {
    const page = await fleet.listRunners({ ...list, pageSize: 1000, pageToken });
    yield page;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return undefined;
}

/** Reads all runners of a namespace before the first is shown: for answers in an order or with sums of their own. */
export async function allRunners(core: Pick<CoreClients, "fleet">, namespace: string): Promise<Runner[]> {
  const runners: Runner[] = [];
  for await (const page of runnerPages(core, { namespace })) runners.push(...page.runners);
  return runners;
}
