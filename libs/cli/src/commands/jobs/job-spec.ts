import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { bytesPayload, type JobSpecInit } from "@switchyard/client";
import { ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { UsageError } from "../../usage-error.js";
import type { JobOptions } from "./job-options.js";

/** What a job is asked for with. Only what was said stands in it, so that the service's own defaults hold. */
export function jobSpec(kind: string, options: JobOptions, input: string | undefined, nowMs: number): JobSpecInit {
  const { queue, subject, label, require, delay, concurrencyKey, rateKey, dependsOn } = options;
  return {
    kind,
    ...(input === undefined ? {} : { input: inputPayload(input, options.contentType) }),
    ...(queue === undefined ? {} : { queue }),
    ...(subject === undefined ? {} : { subject }),
    ...(label === undefined ? {} : { labels: { ...label } }),
    ...(require === undefined ? {} : { requiredLabels: { ...require } }),
    ...(delay === undefined ? {} : { startTime: timestampFromMs(nowMs + delay) }),
    ...(concurrencyKey === undefined ? {} : { concurrencyKeys: [...concurrencyKey] }),
    ...(rateKey === undefined ? {} : { rateKeys: [...rateKey] }),
    ...(dependsOn === undefined
      ? {}
      : { dependencies: dependsOn.map((value) => ({ parent: { case: "jobId" as const, value } })) }),
    ...order(options),
    ...policies(options),
    ...reuse(options),
  };
}

/**
 * The input as it came, byte for byte.
 *
 * @throws UsageError when it is said to be JSON and is not
 */
function inputPayload(text: string, contentType: string) {
  if (contentType === "application/json") {
    try {
      JSON.parse(text);
    } catch (error) {
      throw new UsageError(`the input is not JSON (${(error as Error).message}); --content-type says what else it is`);
    }
  }
  return bytesPayload(Buffer.from(text), contentType);
}

function order({ rankClass, rank }: JobOptions): Pick<JobSpecInit, "order"> {
  if (rankClass === undefined && rank === undefined) return {};
  return {
    order: {
      ...(rankClass === undefined ? {} : { rankClass }),
      ...(rank === undefined ? {} : { rankBy: { case: "rank", value: rank } }),
    },
  };
}

function policies({ maxAttempts, executionTimeout, startTimeout }: JobOptions): Pick<JobSpecInit, "policies"> {
  if (maxAttempts === undefined && executionTimeout === undefined && startTimeout === undefined) return {};
  return {
    policies: {
      ...(maxAttempts === undefined ? {} : { maxAttempts }),
      ...(executionTimeout === undefined ? {} : { executionTimeout }),
      ...(startTimeout === undefined ? {} : { scheduleToStartTimeout: startTimeout }),
    },
  };
}

function reuse({ reuse, reuseKey }: JobOptions): Pick<JobSpecInit, "reuse"> {
  if (reuse !== true && reuseKey === undefined) return {};
  const states = [ReuseState.ACTIVE, ReuseState.SUCCEEDED];
  return { reuse: { states, ...(reuseKey === undefined ? {} : { key: reuseKey }) } };
}
