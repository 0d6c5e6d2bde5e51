import type { Clock } from "@switchyard/clock";
import type { Logger } from "pino";
import type { ControlStore } from "../../store/control-store.js";
import type { Replica } from "../../store/replicas.js";

/** What {@link ReplicaBook} works with. */
export interface ReplicaBookOptions {
  readonly home: Pick<ControlStore, "beat" | "forgetReplica">;
  /** Names this replica. */
  readonly self: string;
  /** A replica that says nothing for as long counts as dead, ms. Said at a third of it. */
  readonly aliveMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Replicas that have let a shard lie, whatever they say. */
  readonly letLie: () => ReadonlySet<string>;
}

/** The replicas that are alive, this one among them: says that it is, and hears of the others. */
export class ReplicaBook {
  readonly #options: ReplicaBookOptions;
  readonly #distrusted = new Map<string, number>();
  #replicas: readonly Replica[] = [];
  #address = "";
  #isStopping = false;
  #due = 0;

  constructor(options: ReplicaBookOptions) {
    this.#options = options;
  }

  /** Where this replica is reached; empty while it is not. */
  get address(): string {
    return this.#address;
  }

  /** This replica gives its shards away and takes none. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Others reach this replica here; told with the next beat, which is due at once. */
  announce(address: string): void {
    this.#address = address;
    this.#due = 0;
  }

  /** This replica will end; told with the next beat, which is due at once. */
  leave(): void {
    this.#isStopping = true;
    this.#due = 0;
  }

  /** Says that this replica is alive, if it is time to. Never fails: it is said again at the next look. */
  async beat(): Promise<void> {
    const { home, self, aliveMs, clock, logger } = this.#options;
    const now = clock.monotonicMs();
    if (now < this.#due) return;
    this.#due = now + aliveMs / 3;
    try {
      this.#replicas = await home.beat({ id: self, address: this.#address, stopping: this.#isStopping }, aliveMs);
    } catch (error) {
      this.#due = 0;
      logger.warn({ err: error }, "could not say that this replica is alive");
    }
  }

  /** This replica has ended. Never fails: the others see it by its silence. */
  async forgetSelf(): Promise<void> {
    const { home, self, logger } = this.#options;
    await home
      .forgetReplica(self)
      .catch((error: unknown) => logger.warn({ err: error }, "could not say that this replica has ended"));
  }

  /** A replica that is alive. */
  find(id: string | undefined): Replica | undefined {
    return this.#replicas.find((replica) => replica.id === id);
  }

  /** Replicas that free shards are for: those that can be reached, if there are any. */
  takers(): string[] {
    const dead = this.#noteDead();
    const alive = this.#replicas.filter(({ id, stopping }) => !stopping && !dead.has(id));
    const reached = alive.filter(({ address }) => address !== "");
    return (reached.length > 0 ? reached : alive).map(({ id }) => id);
  }

  /** Other replicas that a shard can be handed to. */
  receivers(): string[] {
    const { clock, self } = this.#options;
    const now = clock.monotonicMs();
    return this.#replicas
      .filter(({ id, address, stopping }) => id !== self && address !== "" && !stopping && !this.#isDistrusted(id, now))
      .map(({ id }) => id);
  }

  /**
   * Notes who has let a shard lie, while the rows still say so: once it is taken, they name its new owner. Such a replica gets nothing for the time in which a dead one
   * counts as alive by what it said last, and this one has not heard otherwise; one that was only too busy to take what it was handed gets some after that.
   */
  #noteDead(): ReadonlySet<string> {
    const { clock, letLie, aliveMs } = this.#options;
    const dead = letLie();
    for (const id of dead) this.#distrusted.set(id, clock.monotonicMs() + (4 / 3) * aliveMs);
    return dead;
  }

  #isDistrusted(id: string, now: number): boolean {
    return (this.#distrusted.get(id) ?? 0) > now;
  }
}
