import type { RpcFacts } from "./fact.js";
import { dispatchFacts, jobFacts, queueFacts, shardFacts } from "./jobs.js";
import { artifactFacts, catalogFacts, coordinationFacts, logFacts, tokenFacts } from "./records.js";
import { fleetFacts, runnerFacts } from "./runners.js";

/** What the walk knows of every service. */
export const rpcFacts: readonly RpcFacts[] = [
  ...[jobFacts, queueFacts, dispatchFacts, shardFacts, runnerFacts, fleetFacts, tokenFacts],
  ...[logFacts, catalogFacts, artifactFacts, coordinationFacts],
];
