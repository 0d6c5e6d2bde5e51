import type { JobSpec } from "@switchyard/history";
import type { ClockSkew } from "../kernel/process.js";
import type { Fault } from "./fault.js";

/** The one namespace of a run; two queues are enough for what queues can do to each other. */
export const namespace = "sim";
/** The queues that jobs go to. */
export const queues = ["default", "slow"] as const;

/** How one attempt of a job goes, if nothing stops it. */
export interface Script {
  /** How long it works, ms. */
  readonly ms: number;
  /** `hang`: until it is told to stop. */
  readonly end: "succeed" | "fail" | "fail-retryable" | "release" | "hang";
  /** Lines that it logs, spread over its time. */
  readonly lines: number;
  /** Reports progress on its way. */
  readonly progress: boolean;
  /** Goes on when it is told to stop. */
  readonly deaf: boolean;
}

/** A job to be submitted. `spec` says what the rules need to know of it; parents are tags of jobs that were submitted before, or items of the same call. */
export interface JobPlan {
  readonly spec: JobSpec & { readonly tag: string };
  readonly parentTags: readonly string[];
  readonly leaseMs: number;
  readonly holdByRunner: boolean;
  readonly backoffMs: number;
  readonly rankClass: number;
  /** Of each attempt; the last one for all that follow. */
  readonly scripts: readonly Script[];
}

/** Something that a client does, times in virtual ms. */
export type Work = { readonly at: number; readonly client: string } & (
  | { readonly do: "submit"; readonly jobs: readonly JobPlan[]; readonly hasRequestId: boolean }
  | { readonly do: "cancel"; readonly tag: string; readonly mode: "immediate" | "confirmed" }
  | { readonly do: "retry" | "delete" | "reorder"; readonly tag: string }
  | { readonly do: "pause"; readonly queue: string }
  | {
      readonly do: "limits";
      readonly key: string;
      readonly seats: number | undefined;
      readonly ratePerSecond: number | undefined;
    }
);

/** A runner of a run. */
export interface RunnerPlan {
  readonly name: string;
  readonly slots: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly presenceMs: number;
}

/** A run before it begins: everything in it is drawn from the seed, and stands here, so that a failing run can be made smaller. */
export interface Plan {
  readonly seed: number;
  readonly schedulers: number;
  readonly shards: number;
  readonly gateways: number;
  readonly runners: readonly RunnerPlan[];
  readonly clients: readonly string[];
  readonly shardLeaseMs: number;
  readonly skews: Readonly<Record<string, ClockSkew>>;
  readonly work: readonly Work[];
  readonly faults: readonly Fault[];
  /** What a balancer between several listeners of one name gives to any of them: each call, or a connection with all its calls until it breaks. */
  readonly balances: "calls" | "connections";
  /** When the work is over and everything is healed, ms. */
  readonly healAt: number;
}
