import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { Logger } from "@switchyard/service-kit";
import type { Duty } from "../dialect.js";
import type { CoreClients } from "./clients.js";

/** What a duty is made from. */
export interface SingleDutyOptions {
  readonly core: Pick<CoreClients, "coordination">;
  readonly namespace: string;
  /** Names the duty in its namespace. */
  readonly name: string;
  readonly logger: Logger;
  /** How long the duty rests when the gateway that did it has died, in milliseconds. Default 15,000. */
  readonly timeToLiveMs?: number;
  /**
   * Does the duty until the signal fires. One that ends before is begun again after a while. At a change of gateways two may do
   * it for a moment, so it has to be such that this does no harm.
   */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Makes a duty that one gateway of all does at a time, under a lease of the catalog. */
export function createSingleDuty(options: SingleDutyOptions): Duty {
  const { core, namespace, name, logger, timeToLiveMs = 15_000, run } = options;
  const holder = randomUUID();
  const over = new AbortController();
  let working: Promise<void> | undefined;

  /** Takes or keeps the lease; whether this gateway has it for the time to live from before the call. */
  async function hold(): Promise<boolean> {
    const lease = { namespace, name, holder, timeToLive: durationFromMs(timeToLiveMs) };
    try {
      return (await core.coordination.acquireLease(lease, { signal: over.signal })).acquired;
    } catch (error) {
      if (!over.signal.aborted) logger.warn({ err: error, duty: name }, "the lease of a duty was not renewed");
      return false;
    }
  }

  async function pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
  }

  /** Does the duty for as long as the lease is kept. */
  async function serve(): Promise<void> {
    const term = new AbortController();
    const signal = AbortSignal.any([term.signal, over.signal]);
    let ended = false;
    const duty = run(signal)
      .catch((error: unknown) => {
        if (!signal.aborted) logger.warn({ err: error, duty: name }, "a duty failed and is begun again");
      })
      .finally(() => {
        ended = true;
      });
    while (!ended && !over.signal.aborted) {
      await Promise.race([duty, pause(timeToLiveMs / 3)]);
      if (!ended && !over.signal.aborted && !(await hold())) break;
    }
    term.abort();
    await duty;
  }

  async function work(): Promise<void> {
    while (!over.signal.aborted) {
      if (await hold()) await serve();
      await pause(Math.min(1000, timeToLiveMs / 3));
    }
    // Another gateway need not wait for the lease to end.
    await core.coordination.releaseLease({ namespace, name, holder }).catch(() => undefined);
  }

  return {
    start() {
      working ??= work();
    },
    async stop() {
      over.abort();
      await working;
    },
  };
}
