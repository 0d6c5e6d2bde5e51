import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import type { CoreClients } from "./clients.js";

/** A number of calls in a fixed window, counted over all replicas of the gateway. */
export interface SharedRate {
  readonly namespace: string;
  /** What is limited, and for whom. */
  readonly key: string;
  /** Calls in a window. */
  readonly limit: number;
  readonly windowMs: number;
}

/** Counts a call. Answers undefined if it is within the rate; else how long until the window ends, in ms: it does not count then. */
export async function takeToken(
  { coordination }: Pick<CoreClients, "coordination">,
  { windowMs, ...rate }: SharedRate,
): Promise<number | undefined> {
  const { granted, resetAfter } = await coordination.takeTokens({ ...rate, window: durationFromMs(windowMs) });
  if (granted) return undefined;
  return resetAfter === undefined ? windowMs : durationMs(resetAfter);
}
