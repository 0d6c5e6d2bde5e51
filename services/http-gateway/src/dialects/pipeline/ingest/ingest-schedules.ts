import { reasonOf } from "@switchyard/errors";
import { z } from "zod";
import type { CoreClients } from "../../../core/clients.js";
import { jobSpecOf } from "../runs/job-spec.js";
import { type IngestSource, ingestSources, ingestWork } from "./ingest-work.js";

const common = {
  skip_scoring: z.boolean().optional(),
  incremental: z.boolean().optional(),
  score_threshold: z.number().int().min(0).max(100).optional(),
};

const maxResults = (source: IngestSource) => ({
  max_results: z.number().int().min(1).max(ingestSources[source].maxResults.most).optional(),
});

const times = { cron: z.string().min(1), time_zone: z.string().default("UTC") };

/** Ingestion by the clock, as the operator configures it. */
export const ingestSchedules = z.array(
  z.discriminatedUnion("source", [
    z.strictObject({
      source: z.literal("himalaya"),
      ...times,
      parameters: z
        .strictObject({
          keywords: z.array(z.string()).optional(),
          worldwide_only: z.boolean().optional(),
          ...maxResults("himalaya"),
          ...common,
        })
        .default({}),
    }),
    z.strictObject({
      source: z.literal("indeed"),
      ...times,
      parameters: z.strictObject({
        search_term: z.string().min(1),
        location: z.string().optional(),
        country: z.string().optional(),
        hours_old: z.number().int().min(1).optional(),
        ...maxResults("indeed"),
        ...common,
      }),
    }),
    z.strictObject({
      source: z.literal("bayt"),
      ...times,
      parameters: z.strictObject({ search_term: z.string().min(1), ...maxResults("bayt"), ...common }),
    }),
  ]),
);

/** One of them. */
export type IngestSchedule = z.output<typeof ingestSchedules>[number];

/** Schedules with this beginning are the settings'; others are left alone. */
const prefix = "ingest-";

/** What schedules are put in place with. */
export interface ScheduleContext {
  readonly core: Pick<CoreClients, "queues">;
  readonly config: {
    readonly namespace: string;
    readonly timeoutSeconds: number;
    readonly ingestSchedules: readonly IngestSchedule[];
  };
}

/**
 * Makes the schedules of the core those of the settings: new ones are added, others changed or deleted. One that stays as it was
 * goes on where it stood, so every gateway may do this at each start.
 *
 * @throws ConnectError for a cron expression or time zone that the core does not know
 */
export async function putIngestSchedules({ core, config }: ScheduleContext): Promise<void> {
  const { namespace, ingestSchedules: wanted } = config;
  const names = wanted.map(({ source }, index) => `${prefix}${index + 1}-${source}`);
  for (const [index, { source, cron, time_zone: timeZone, parameters }] of wanted.entries()) {
    const spec = jobSpecOf(ingestWork(source, parameters), config);
    await core.queues.createSchedule({
      schedule: { namespace, name: names[index] ?? "", cron, timeZone, spec },
      replace: true,
    });
  }
  for (const name of await namesInPlace(core, namespace)) {
    if (!names.includes(name)) await deleteSchedule(core, namespace, name);
  }
}

async function namesInPlace({ queues }: ScheduleContext["core"], namespace: string): Promise<string[]> {
  const names: string[] = [];
  let pageToken = "";
  do {
    const page = await queues.listSchedules({ namespace, pageSize: 1000, pageToken });
    names.push(...page.schedules.map(({ name }) => name).filter((name) => name.startsWith(prefix)));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return names;
}

async function deleteSchedule({ queues }: ScheduleContext["core"], namespace: string, name: string): Promise<void> {
  await queues.deleteSchedule({ namespace, name }).catch((error: unknown) => {
    // Another gateway was faster.
    if (reasonOf(error) !== "SCHEDULE_NOT_FOUND") throw error;
  });
}
