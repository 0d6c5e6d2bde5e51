import { drain } from "./drain.js";
import type { Figure } from "./figure.js";
import { fullKey } from "./full-key.js";
import { idle } from "./idle.js";
import { kinds } from "./kinds.js";
import { latencyIdle, latencyLight } from "./latency.js";
import { memory } from "./memory.js";
import { restart } from "./restart.js";
import { snapshot } from "./snapshot.js";
import { steadyBatch, steadySingle } from "./steady.js";
import { submitBatch, submitPlain, submitSingle } from "./submit.js";
import { waiting } from "./waiting.js";
import { wal } from "./wal.js";

/** Every figure, in the order of the table. */
export const figures: readonly Figure[] = [
  submitSingle,
  submitPlain,
  submitBatch,
  drain,
  steadySingle,
  steadyBatch,
  latencyIdle,
  latencyLight,
  wal,
  snapshot,
  waiting,
  fullKey,
  kinds,
  restart,
  memory,
  idle,
];
