import { toJson } from "@bufbuild/protobuf";
import { createClient, type Transport } from "@connectrpc/connect";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { type Job, JobSpecSchema, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { eventually } from "@switchyard/testkit";
import { expect } from "vitest";

const namespace = "janitor";

/** What a queue item is, apart from its number. */
export function itemFacts({ spec }: Pick<Job, "spec">) {
  const input = new TextDecoder().decode(spec?.input?.data);
  return { host: spec?.laneLabels["host"], order: spec?.order, input };
}

/** Looks at items of the queue that move from host to host, and at the notes of these moves. */
export function janitorMoves(transport: () => Transport) {
  const jobs = () => createClient(JobService, transport());
  const catalog = () => createClient(CatalogService, transport());

  async function itemsOf(codebase: string): Promise<Job[]> {
    return (await jobs().listJobs({ namespace, filter: { subject: codebase }, view: JobView.PAYLOADS })).jobs;
  }

  return {
    itemsOf,
    /** Takes an item out of the queue, as a move does. */
    async takeOut({ id }: Pick<Job, "id">): Promise<void> {
      await jobs().deleteJobs({ namespace, jobIds: [id] });
    },
    /** Notes what a gateway notes before it takes an item out. */
    async note({ id, spec }: Job, host: string): Promise<void> {
      if (spec === undefined) throw new Error("the item is not there");
      const body = { started_ms: 0, spec: toJson(JobSpecSchema, { ...spec, laneLabels: { host } }) };
      const value = { body: Buffer.from(JSON.stringify(body)) };
      const write = { collection: "moves", key: id, operation: { case: "put" as const, value } };
      await catalog().writeDocuments({ namespace, writes: [write] });
    },
    /** A codebase's items, once no move is under way. */
    async settled(codebase: string): Promise<Job[]> {
      await eventually(
        async () => expect((await catalog().listDocuments({ namespace, collection: "moves" })).documents).toEqual([]),
        { timeoutMs: 90_000 },
      );
      return itemsOf(codebase);
    },
  };
}
