import type { FaultBoard } from "../kernel/fault-board.js";
import type { Life } from "../kernel/process.js";

/** As the driver says it: nobody knows whether a statement under way has happened. */
function brokenConnection(): Error {
  return new Error("Connection terminated unexpectedly");
}

/** As `createPool` of @switchyard/postgres has it by default, ms. */
const poolLimitMs = 35_000;

/** What a connection tells of its end. */
export interface Broken {
  readonly whenBroken: (error: Error) => void;
}

/**
 * The way from a process to the database. A statement travels, runs in one moment, and its answer travels back; whatever is wrong on that way is drawn for each
 * statement. What has been sent runs even when its sender is gone by then.
 */
export class DatabaseLink {
  readonly #connections = new Set<Broken>();

  constructor(
    readonly life: Life,
    readonly faults: FaultBoard,
  ) {}

  /**
   * Runs a statement. Those of one connection come with `broken`, which is told when it breaks.
   *
   * @param limitMs how long its sender waits for an answer; default: as long as a pool does
   */
  run<T>(statement: () => T, broken?: Broken, limitMs = poolLimitMs): Promise<T> {
    const fault = this.faults.store(this.life.name);
    return new Promise((resolve, reject) => {
      const { life, faults } = this;
      const { random } = faults;
      const settle = (ms: number, what: () => void) => void life.after(ms, what);
      const breakOff = (ms: number) =>
        settle(ms, () => {
          const error = brokenConnection();
          reject(error);
          broken?.whenBroken(error);
        });
      const happen = (ms: number, answerMs: number) =>
        faults.world.after(ms, () => {
          let answer: () => void;
          try {
            const result = statement();
            answer = () => resolve(result);
          } catch (error) {
            answer = () => reject(error as Error);
          }
          if (answerMs !== Number.POSITIVE_INFINITY) settle(answerMs, answer);
        });
      const there = random.between(0.2, 1.5);
      const back = random.between(0.2, 1.5);
      switch (fault) {
        case undefined:
        case "store.slow":
          happen(there, back + (fault ? random.between(50, 3_000) : 0));
          break;
        case "store.fails-before":
        case "store.away":
          breakOff(there);
          break;
        case "store.fails-after":
          happen(there, Number.POSITIVE_INFINITY);
          breakOff(there + back);
          break;
        case "store.arrives-late":
          happen(random.between(500, 8_000), Number.POSITIVE_INFINITY);
          breakOff(there + random.between(0, 1_000));
          break;
        case "store.silent":
          if (random.chance(0.5)) happen(there, Number.POSITIVE_INFINITY);
          // A lane has a watchdog of its own, and gives up sooner.
          breakOff(limitMs);
          break;
        default:
          fault satisfies never;
      }
    });
  }

  /** Tells of a connection that stays open, so that it breaks with the others. Returns how to close it. */
  open(connection: Broken): () => void {
    this.#connections.add(connection);
    return () => this.#connections.delete(connection);
  }

  /** Breaks all connections that are open. */
  breakAll(): void {
    const open = [...this.#connections];
    this.#connections.clear();
    for (const { whenBroken } of open) this.life.after(0, () => whenBroken(brokenConnection()));
  }

  /** Whether nothing can be reached now. */
  get isAway(): boolean {
    return this.faults.isStoreAway(this.life.name);
  }
}
