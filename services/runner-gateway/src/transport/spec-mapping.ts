import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type RunnerSpec, RunnerSpecSchema } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import type { RunnerProfile } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { durationToMs } from "../domain/durations.js";
import type { RunnerRecord, RunnerRegistration } from "../domain/runner-record.js";
import { checkDuration, checkLabels, checkSize, checkWord, invalid } from "./checks.js";

const defaultPresenceMs = 60_000;
const maxPresenceMs = 24 * 3_600_000;
const maxSlots = 10_000;
const maxAttributeBytes = 64 * 1024;
/** Registrations are read whole for lists, so what is kept of one is bounded; attributes come on top. */
const maxProfileBytes = 64 * 1024;

/** What of a specification the gateway itself reads; the whole is kept as it came. Defaults are filled in. */
export function specToRegistration(namespace: string, spec: RunnerSpec | undefined): Omit<RunnerRegistration, "id"> {
  const given = spec ?? create(RunnerSpecSchema);
  if (given.name !== "") checkWord(given.name, "spec.name", 1_024);
  checkDuration(given.presence, "spec.presence", maxPresenceMs);
  const presenceMs = given.presence === undefined ? defaultPresenceMs : durationToMs(given.presence);
  if (presenceMs < 1_000) throw invalid("spec.presence", "is shorter than 1 s");
  if (given.slots > maxSlots) throw invalid("spec.slots", `is above ${maxSlots}`);
  checkSize(given.attributes?.data, "spec.attributes", maxAttributeBytes);
  checkProfile(given.profile, "spec.profile");
  const bytes = toBinary(RunnerSpecSchema, given);
  checkSize(bytes, "spec", maxAttributeBytes + maxProfileBytes);
  return {
    namespace,
    spec: bytes,
    name: given.name,
    labels: { ...given.profile?.labels },
    slots: Math.max(1, given.slots),
    presenceMs: Math.round(presenceMs),
  };
}

/** Refuses a profile with a selector that selects nothing, or texts that PostgreSQL and the matching cannot hold. */
export function checkProfile(profile: RunnerProfile | undefined, field: string): void {
  profile?.kinds.forEach(({ by }, index) => {
    checkWord(by.value ?? "", `${field}.kinds[${index}]`);
  });
  checkLabels(profile?.labels ?? {}, `${field}.labels`);
}

/** The specification as it was registered. */
export function specOf(record: RunnerRecord): RunnerSpec {
  return fromBinary(RunnerSpecSchema, record.spec);
}

const profiles = new WeakMap<RunnerRecord, RunnerProfile | undefined>();

/** The profile of a registration; decoded once for each record. */
export function profileOf(record: RunnerRecord): RunnerProfile | undefined {
  if (!profiles.has(record)) profiles.set(record, specOf(record).profile);
  return profiles.get(record);
}
