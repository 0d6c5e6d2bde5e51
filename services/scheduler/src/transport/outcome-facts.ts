import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Outcome, OutcomeSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { isEmpty } from "./fields.js";

interface Facts {
  readonly labels?: Record<string, string>;
  readonly metrics?: Record<string, number>;
  readonly artifacts?: string[];
  readonly streams?: [string, number][];
}

/** Labels, metrics, artifacts and stream lengths of an outcome as JSON text; empty when there are none. */
export function factsFromProto({ labels, metrics, artifacts, streams }: Outcome): string {
  const hasLabels = !isEmpty(labels);
  const hasMetrics = !isEmpty(metrics);
  if (!hasLabels && !hasMetrics && artifacts.length + streams.length === 0) return "";
  const facts: Facts = {
    ...(hasLabels && { labels }),
    ...(hasMetrics && { metrics }),
    ...(artifacts.length > 0 && { artifacts }),
    ...(streams.length > 0 && {
      streams: streams.map(({ stream, length }): [string, number] => [stream, Number(length)]),
    }),
  };
  return JSON.stringify(facts);
}

/** Reads what {@link factsFromProto} wrote. */
export function factsToProto(
  text: string,
): Pick<MessageInitShape<typeof OutcomeSchema>, "labels" | "metrics" | "artifacts" | "streams"> {
  if (text === "") return {};
  const { labels = {}, metrics = {}, artifacts = [], streams = [] } = JSON.parse(text) as Facts;
  return {
    labels,
    metrics,
    artifacts,
    streams: streams.map(([stream, length]) => ({ stream, length: BigInt(length) })),
  };
}
