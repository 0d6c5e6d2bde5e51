import fc from "fast-check";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { RequestOf } from "../world/api.js";
import type { World } from "../world/world.js";
import { command, type Feature, type Rule } from "./feature.js";

/** The runners of a namespace. */
const runners = ["r0", "r1", "r2"] as const;

/** A runner. */
export const anyRunner = fc.constantFrom(...runners);

/** What a runner can do. */
export const profiles = {
  all: { kinds: [{ by: { case: "glob" as const, value: "*" } }], labels: { gpu: "1" } },
  plain: { kinds: [{ by: { case: "glob" as const, value: "*" } }] },
  exact: { kinds: [{ by: { case: "exact" as const, value: "work.a" } }], labels: { gpu: "2" } },
  some: { kinds: [{ by: { case: "glob" as const, value: "work.?" } }], queues: ["q1"], labels: { gpu: "1" } },
} satisfies Record<string, RequestOf<"claimJobs">["profile"]>;

/** A name of a profile. */
const anyProfile = fc.constantFrom<keyof typeof profiles>("all", "all", "plain", "exact", "some");

/** How long a claim's leases shall be: as the job says, the shortest there is, or longer than any sequence. */
export const leaseLengths = fc.constantFrom(undefined, 1_000, 3_600_000);

/** Claims: by what a runner can do, with and without waiting, and by id. */
export const claimsFeature: Feature = {
  name: "claims",
  commands: [
    command({
      name: "claim",
      weight: 6,
      data: fc.record({
        runner: anyRunner,
        profile: anyProfile,
        max: fc.integer({ min: 1, max: 4 }),
        maxHeld: fc.constantFrom(0, 0, 2),
        waits: fc.boolean(),
        start: fc.boolean(),
        lease: leaseLengths,
      }),
      async run(world, { runner, profile, max, maxHeld, waits, start, lease }) {
        await claim(world, {
          runnerId: runner,
          profile: profiles[profile],
          maxJobs: max,
          maxHeld,
          start,
          ...(waits && { wait: durationFromMs(15) }),
          ...(lease && { lease: durationFromMs(lease) }),
        });
      },
    }),
    command({
      name: "claim-by-id",
      weight: 2,
      data: fc.record({ runner: anyRunner, back: fc.nat(7), start: fc.boolean() }),
      async run(world, { runner, back, start }) {
        const jobId = world.job(back);
        if (jobId) await claim(world, { runnerId: runner, jobId, start });
      },
    }),
  ],
  rules: [leasesAreReal, claimsGetWhatTheyAskFor],
};

/** Claims, and notes what came of it. */
export async function claim(world: World, request: RequestOf<"claimJobs">): Promise<readonly Lease[]> {
  world.runners.add(request.runnerId ?? "");
  const leases = (await world.call("claimJobs", { namespace: world.namespace, ...request }))?.leases ?? [];
  world.got(leases);
  return leases;
}

/** Every lease that somebody got is an attempt of that runner, and nobody else got it. */
function leasesAreReal({ evidence, model }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  const claimed = new Set<string>();
  const check = ({ jobId, attempt, runnerId }: Lease) => {
    const real = model.jobs.get(jobId)?.attempts.find(({ number }) => number === attempt);
    if (real?.runnerId !== runnerId)
      say(`${runnerId} got attempt ${attempt} of job ${jobId}, which ${real?.runnerId ?? "nobody"} holds`);
  };
  for (const { answer } of evidence.history.of("claimJobs")) {
    for (const lease of answer?.leases ?? []) {
      const name = `${lease.jobId}/${lease.attempt}`;
      if (claimed.has(name)) say(`attempt ${lease.attempt} of job ${lease.jobId} was handed out twice`);
      claimed.add(name);
      check(lease);
    }
  }
  for (const { answer } of evidence.history.of("syncCapacity")) answer?.leases.forEach(check);
  for (const { answer } of evidence.history.of("renewLeases"))
    for (const { unnamed } of answer?.results ?? []) unnamed.forEach(check);
}

function claimsGetWhatTheyAskFor({ evidence, model }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  for (const { request, answer } of evidence.history.of("claimJobs")) {
    const leases = answer?.leases ?? [];
    if (leases.length > (request.maxJobs || 1)) say(`${leases.length} leases for a claim of ${request.maxJobs || 1}`);
    if (request.maxHeld && leases.length > request.maxHeld) say(`${leases.length} leases, at most ${request.maxHeld}`);
    for (const { jobId, kind, queue } of leases) {
      if (request.jobId && jobId !== request.jobId) say(`job ${jobId} for a claim of job ${request.jobId}`);
      if (request.jobId) continue;
      const { kinds = [], queues = [], labels = {} } = request.profile ?? {};
      if (!kinds.some(({ by }) => by && fits(kind, by))) say(`a job of kind ${kind} for a runner that can't do it`);
      if (queues.length > 0 && !queues.includes(queue)) say(`a job of queue ${queue} for a runner of ${queues}`);
      const required = Object.entries(model.jobs.get(jobId)?.item?.spec.requiredLabels ?? {});
      for (const [name, value] of required)
        if (labels[name] === undefined || (value !== "" && labels[name] !== value))
          say(`a job that requires ${name}=${value} for a runner without`);
    }
  }
}

function fits(kind: string, { case: how, value }: { case?: string | undefined; value?: string | undefined }): boolean {
  if (how === "exact") return kind === value;
  const pattern = (value ?? "").replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${pattern}$`).test(kind);
}
