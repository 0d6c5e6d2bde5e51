import { type Clock, systemClock, type Timer } from "@switchyard/clock";

/** Gathers when tokens were used and writes that down, off the path of any call. */
export interface TokenUses {
  /** A token is in use now. */
  note(id: string, lastUsedAtMs: number | undefined, nowMs: number): void;
  /** Writes what has been gathered. Rejects when the database refuses; then it is kept for the next time. */
  flush(): Promise<void>;
  /** Writes the rest and ends the timer. */
  stop(): Promise<void>;
}

/** What {@link createTokenUses} needs. */
export interface TokenUsesDeps {
  /** Writes when tokens were used, by id, in milliseconds since 1970. */
  readonly write: (uses: ReadonlyMap<string, number>) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Wait before what was noted is written. Default 10 s. */
  readonly intervalMs?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

const minuteMs = 60_000;

/** Creates the gatherer: a token costs one update a minute at most, whatever the number of its calls. */
export function createTokenUses({
  write,
  onError,
  intervalMs = 10_000,
  clock = systemClock,
}: TokenUsesDeps): TokenUses {
  let uses = new Map<string, number>();
  let timer: Timer | undefined;
  let stopped = false;

  function arm(): void {
    if (stopped || timer !== undefined) return;
    timer = clock.setTimeout(() => {
      timer = undefined;
      flush().catch(onError);
    }, intervalMs);
  }

  async function flush(): Promise<void> {
    if (uses.size === 0) return;
    const batch = uses;
    uses = new Map();
    try {
      await write(batch);
    } catch (error) {
      uses = new Map([...batch, ...uses]);
      arm();
      throw error;
    }
  }

  return {
    note(id, lastUsedAtMs, nowMs) {
      const minute = nowMs - (nowMs % minuteMs);
      if (lastUsedAtMs !== undefined && lastUsedAtMs >= minute) return;
      uses.set(id, minute);
      arm();
    },
    flush,
    async stop() {
      stopped = true;
      clock.clearTimeout(timer);
      await flush().catch(onError);
    },
  };
}
