import type { SwitchyardClient } from "@switchyard/client";
import { SwitchyardError } from "@switchyard/errors";
import type { Violation } from "@switchyard/history";
import { compareJobs } from "./compare-jobs.js";
import { compareLimits } from "./compare-limits.js";
import { compareQueues } from "./compare-queues.js";
import { NamespaceCheck } from "./namespace-check.js";
import { createPatience } from "./patience.js";
import { areAllKept, endsReplay, readEvents } from "./read-events.js";

/** What is verified, and how far. */
export interface VerifyOptions {
  readonly namespace: string;
  /** Events with a larger number; default: all that are kept. */
  readonly from: bigint | undefined;
  /** Violations by older events, ms since the epoch, are not told. */
  readonly since: number | undefined;
  /** Ended jobs that are compared in the end, the last ones. */
  readonly ended: number;
  /** Go on with what comes, until the signal. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Gets each violation as it is found. */
  readonly tell: (violation: Violation) => Promise<void>;
}

/** What was looked at. */
export interface Verified {
  readonly events: number;
  readonly openJobs: number;
  readonly violations: number;
  /** The events began with the first one that there ever was. */
  readonly isWhole: boolean;
  /** Events up to this number were not kept any more; 0 for none. */
  readonly goneUpTo: number;
}

/**
 * Holds the kept events of a namespace against the rules, then compares what is there with what they tell. Keeps something of each open job and of the last
 * ended ones only.
 *
 * @throws SwitchyardError when a call is refused; the signal's reason while following
 */
export async function verifyNamespace(client: SwitchyardClient, options: VerifyOptions): Promise<Verified> {
  const { namespace, follow } = options;
  const reading = new AbortController();
  const signal = AbortSignal.any([options.signal, reading.signal]);
  const reader = new Reader(client, options, signal);
  const read = reader.run();
  try {
    await Promise.race([reader.caughtUp, read]);
    const check = await reader.caughtUp;
    const patience = createPatience(signal);
    const found = [
      ...(await compareJobs(client, namespace, check, patience)),
      ...(await compareQueues(client, namespace, check, patience)),
      ...(await compareLimits(client, namespace, patience)),
    ];
    for (const violation of found) await reader.tell(violation);
    if (follow) await read;
    const { events, goneUpTo, checker } = check;
    const { isWhole, open } = checker;
    await reader.told();
    return { events, openJobs: open.size, violations: reader.violations, isWhole, goneUpTo };
  } finally {
    reading.abort();
    await read.catch(() => undefined);
  }
}

/** Reads and checks events beside the comparison. */
class Reader {
  violations = 0;
  readonly caughtUp: Promise<NamespaceCheck>;
  #catchUp: (check: NamespaceCheck) => void = () => undefined;
  readonly #found: Violation[] = [];

  constructor(
    private readonly client: SwitchyardClient,
    private readonly options: VerifyOptions,
    private readonly signal: AbortSignal,
  ) {
    this.caughtUp = new Promise((resolve) => {
      this.#catchUp = resolve;
    });
  }

  async run(): Promise<void> {
    const { namespace, from } = this.options;
    let check: NamespaceCheck | undefined;
    for await (const response of readEvents(this.client, namespace, from, this.signal)) {
      check ??= await this.#createCheck(response.sequence);
      check.take(response);
      await this.told();
      if (endsReplay(response)) this.#catchUp(check);
    }
    // Without named jobs, only a fault ends the stream.
    throw new SwitchyardError("SERVICE_UNAVAILABLE", "the events ended");
  }

  async tell(violation: Violation): Promise<void> {
    this.violations += 1;
    await this.options.tell(violation);
  }

  /** Tells what was found: whoever writes holds the reading back. */
  async told(): Promise<void> {
    for (const violation of this.#found.splice(0)) await this.tell(violation);
  }

  async #createCheck(upTo: bigint): Promise<NamespaceCheck> {
    const { namespace, from, since, ended } = this.options;
    return new NamespaceCheck({
      namespace,
      fromTheBeginning: from === undefined && (await areAllKept(this.client, namespace, upTo, this.signal)),
      ...(since === undefined ? {} : { since }),
      keepEnded: ended,
      onViolation: (violation) => void this.#found.push(violation),
    });
  }
}
