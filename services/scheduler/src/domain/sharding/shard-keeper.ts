import type { Clock, Timer } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import type { Listener } from "@switchyard/postgres";
import type { Logger } from "pino";
import type { Replica } from "../../store/replicas.js";
import { handOverMs } from "../../store/take-shard.js";
import type { ShardOwner } from "../shard/shard-owner.js";
import type { ShardTerm } from "../shard/shard-term.js";
import { assignFree, heirsOf, type OwnedShard, receiverFrom } from "./balance.js";
import type { ShardDatabase } from "./databases.js";
import { Tenure } from "./tenure.js";

/** How a replica keeps its share of the shards. */
export interface ShardKeeperOptions {
  /** All databases, the home one first. */
  readonly databases: readonly [ShardDatabase, ...ShardDatabase[]];
  /** Names the replica. */
  readonly replicaId: string;
  /** Length of a shard's lease, ms; a replica that says nothing for as long counts as dead. */
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes what owns a shard from now on; `address` says where this replica is reached. */
  readonly createOwner: (shard: number, database: ShardDatabase, share: number) => ShardOwner;
}

/** A shard as it was seen last. */
export interface SeenShard {
  readonly shard: number;
  readonly epoch: number;
  /** Empty: nobody owns it. */
  readonly owner: string;
  readonly address: string;
  /** Terms up to this epoch lack a namespace that has come since. */
  readonly staleEpoch: number;
  /** When the owner's lease ends, on this process's steady clock, ms. */
  readonly aliveUntil: number;
  readonly database: ShardDatabase;
  /** Looks that were begun before this are older news. */
  readonly look: number;
}

/** How often the rows of shards are looked at when nothing is notified, ms. */
const lookMs = 500;
/** A free shard that nobody has taken for this long is taken by anybody, ms: whoever it was meant for may be dead too. */
const unclaimedMs = 1_000;
/** For how long a replica that has let a shard lie gets none, ms. */
const distrustMs = 60_000;

/**
 * Keeps a replica's share of the shards: looks at all rows, takes what is free or was handed over, gives away what is too much. Who takes and who gives follows
 * from the rows alone (`balance.ts`); that only one replica owns a shard is the business of `store/take-shard.ts`, so a wrong guess here costs a
 * moment and nothing else.
 */
export class ShardKeeper {
  readonly #options: ShardKeeperOptions;
  readonly #seen = new Map<number, SeenShard>();
  readonly #tenures = new Map<number, Tenure>();
  readonly #freeSince = new Map<number, number>();
  readonly #distrusted = new Map<string, number>();
  readonly #listeners: readonly Listener[];
  #shards: readonly number[] = [];
  #replicas: readonly Replica[] = [];
  #address = "";
  #stopping = false;
  #stopped = false;
  #looks = 0;
  #beatDue = 0;
  #looking: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: Timer | undefined;
  #giving = false;
  #started: Start | undefined;

  constructor(options: ShardKeeperOptions) {
    this.#options = options;
    this.#listeners = options.databases.map(({ control }) =>
      control.listen({ onNotification: () => void this.refresh(), onReconnect: () => void this.refresh() }),
    );
  }

  /** Begins; returns when every shard is owned by this replica or by one that can be reached. */
  start(): Promise<void> {
    if (this.#started) return this.#started.promise;
    this.#started = createStart();
    if (this.#stopped) this.#started.reject(stoppedBefore());
    else void this.refresh();
    return this.#started.promise;
  }

  /** Others reach this replica here from now on: it takes part in the spread of shards. */
  async announce(address: string): Promise<void> {
    this.#address = address;
    this.#beatDue = 0;
    await this.refresh();
  }

  /** Gives all shards to other replicas, if there are any that can be reached, and takes none any more. */
  async leave(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#beatDue = 0;
    await this.refresh();
    const { replicaId } = this.#options;
    const heirs = heirsOf(
      replicaId,
      this.#owned(),
      this.#receivers().map(({ id }) => id),
    );
    await Promise.all(
      [...this.#tenures.values()].map(async (tenure) => {
        const heir = this.#replicas.find(({ id }) => id === heirs.get(tenure.shard));
        if (heir) await this.#giveTo(tenure, heir);
      }),
    );
  }

  /** Gives back what is left and stops. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
    this.#started?.reject(stoppedBefore());
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    await this.#looking;
    this.#options.clock.clearTimeout(this.#timer);
    await Promise.all([...this.#tenures.values()].map((tenure) => this.#end(tenure, undefined)));
    const { logger, databases, replicaId } = this.#options;
    await databases[0].control
      .forgetReplica(replicaId)
      .catch((error: unknown) => logger.warn({ err: error }, "could not say that this replica has ended"));
  }

  /** Whether this replica is ending: it finds no owner any more. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** The numbers of all shards, rising. */
  get shards(): readonly number[] {
    return this.#shards;
  }

  /** Where this replica is reached; empty while it is not. */
  get address(): string {
    return this.#address;
  }

  /** This replica's ownership of a shard, from the decision to take it on. */
  tenure(shard: number): Tenure | undefined {
    return this.#tenures.get(shard);
  }

  /** The terms in force here, by shard. */
  terms(): ShardTerm[] {
    return [...this.#tenures.values()]
      .flatMap(({ owner }) => owner.term ?? [])
      .sort((a, b) => a.term.shard - b.term.shard);
  }

  /** A shard as it was seen last. */
  seen(shard: number): SeenShard | undefined {
    return this.#seen.get(shard);
  }

  /** Who owns a shard, as far as it is known here; empty texts where nobody does, or can't be reached. */
  ownerOf(shard: number): { readonly owner: string; readonly address: string; readonly epoch: number } {
    const term = this.#tenures.get(shard)?.owner.term?.term;
    if (term) return { owner: this.#options.replicaId, address: this.#address, epoch: term.epoch };
    const seen = this.#seen.get(shard);
    const owner = seen && this.#isAlive(seen) ? seen.owner : "";
    return { owner, address: this.addressOf(shard) ?? "", epoch: seen?.epoch ?? 0 };
  }

  /** The address of another replica that owns a shard; undefined while none can be reached. */
  addressOf(shard: number): string | undefined {
    const seen = this.#seen.get(shard);
    if (!seen || seen.owner === this.#options.replicaId || !this.#isAlive(seen)) return undefined;
    return seen.address || undefined;
  }

  /** Looks at all rows, now; those who ask together share a look. Never fails: what can't be read stays as it was. */
  refresh(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    if (!this.#looking) {
      this.#looking = this.#look().finally(() => (this.#looking = undefined));
      return this.#looking;
    }
    // The look under way may have passed what the caller wants to see.
    this.#next ??= this.#looking.then(() => {
      this.#next = undefined;
      return this.refresh();
    });
    return this.#next;
  }

  async #look(): Promise<void> {
    this.#options.clock.clearTimeout(this.#timer);
    const look = ++this.#looks;
    const { databases } = this.#options;
    for (const listener of this.#listeners) if (!listener.connected) listener.start().catch(() => undefined);
    await Promise.all([this.#beat(), ...databases.map((database) => this.#read(database, look))]);
    if (this.#stopped) return;
    this.#decide();
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = this.#options.clock.setTimeout(() => void this.refresh(), this.#nextLookMs());
  }

  async #beat(): Promise<void> {
    const { databases, leaseMs, replicaId, logger } = this.#options;
    const now = this.#options.clock.monotonicMs();
    if (now < this.#beatDue) return;
    this.#beatDue = now + leaseMs / 3;
    try {
      const self = { id: replicaId, address: this.#address, stopping: this.#stopping };
      this.#replicas = await databases[0].control.beat(self, leaseMs);
    } catch (error) {
      this.#beatDue = 0;
      logger.warn({ err: error }, "could not say that this replica is alive");
    }
  }

  async #read(database: ShardDatabase, look: number): Promise<void> {
    try {
      const rows = await database.control.readShards();
      const now = this.#options.clock.monotonicMs();
      for (const { leftMs, ...row } of rows)
        if ((this.#seen.get(row.shard)?.look ?? 0) <= look)
          this.#note({ ...row, aliveUntil: now + leftMs, database, look });
    } catch (error) {
      this.#options.logger.warn({ err: error }, "could not look at the shards of a database");
    }
  }

  #note(seen: SeenShard): void {
    const isNew = !this.#seen.has(seen.shard);
    this.#seen.set(seen.shard, seen);
    if (isNew) this.#shards = [...this.#seen.keys()].sort((a, b) => a - b);
  }

  /** Until the next look: at the end of the next lease that may end, if that is sooner. */
  #nextLookMs(): number {
    const now = this.#options.clock.monotonicMs();
    let next = lookMs;
    for (const { owner, aliveUntil } of this.#seen.values())
      if (owner !== this.#options.replicaId && aliveUntil > now) next = Math.min(next, aliveUntil - now + 5);
    return Math.max(next, 20);
  }

  #decide(): void {
    this.#dropLost();
    this.#reloadStale();
    this.#tellAddress();
    if (!this.#stopping) {
      this.#take();
      this.#giveOne();
    }
    this.#settleStart();
  }

  /** What another replica has taken is not ours any more. */
  #dropLost(): void {
    for (const tenure of this.#tenures.values()) {
      const seen = this.#seen.get(tenure.shard);
      if (
        !tenure.isOpen ||
        !seen ||
        seen.owner === "" ||
        seen.owner === this.#options.replicaId ||
        !this.#isAlive(seen)
      )
        continue;
      void this.#end(tenure, undefined);
    }
  }

  /** A namespace was moved to a shard of ours. */
  #reloadStale(): void {
    for (const { shard, staleEpoch } of this.#seen.values()) {
      const tenure = this.#tenures.get(shard);
      const term = tenure?.owner.term?.term;
      if (tenure?.isOpen && term && term.epoch <= staleEpoch) void this.reload(tenure);
    }
  }

  /** Loads a shard of ours anew, since there is more in it than its term knows of. Never fails: it is tried again at the next look. */
  async reload(tenure: Tenure): Promise<void> {
    const { logger } = this.#options;
    await tenure
      .reload()
      .catch((error: unknown) => logger.warn({ err: error, shard: tenure.shard }, "could not reload"));
  }

  /** A shard that was being taken when the address became known was taken without. */
  #tellAddress(): void {
    const { databases, replicaId, logger } = this.#options;
    for (const database of databases) {
      const rows = [...this.#seen.values()].filter((seen) => seen.database === database && seen.owner === replicaId);
      if (rows.every(({ shard, address }) => address === this.#address || !this.#tenures.has(shard))) continue;
      database.control
        .tellAddress(replicaId, this.#address)
        .catch((error: unknown) => logger.warn({ err: error }, "could not say where this replica is reached"));
    }
  }

  #take(): void {
    const now = this.#options.clock.monotonicMs();
    const { replicaId } = this.#options;
    const takers = this.#takers();
    const assigned = assignFree(this.#owned(), takers);
    for (const seen of this.#seen.values()) {
      const { shard } = seen;
      if (this.#isAlive(seen) || this.#tenures.has(shard)) {
        this.#freeSince.delete(shard);
        // Handed over to us, or to one of our name that is dead.
        if (this.#isAlive(seen) && seen.owner === replicaId && !this.#tenures.has(shard)) this.#begin(seen);
        continue;
      }
      const since = this.#freeSince.get(shard) ?? now;
      this.#freeSince.set(shard, since);
      if (assigned.get(shard) === replicaId || now - since > unclaimedMs) this.#begin(seen);
    }
  }

  #begin({ shard, database }: SeenShard): void {
    const { createOwner, clock, logger } = this.#options;
    const takers = Math.max(1, this.#takers().length);
    const tenure = new Tenure(shard, createOwner(shard, database, Math.ceil(this.#seen.size / takers)), clock);
    this.#tenures.set(shard, tenure);
    this.#freeSince.delete(shard);
    tenure.owner.start().then(
      () => this.#began(tenure),
      (error: unknown) => logger.debug({ err: error, shard }, "the shard was not taken"),
    );
  }

  #began({ shard, owner }: Tenure): void {
    const seen = this.#seen.get(shard);
    const { term } = owner;
    if (!seen || !term) return;
    const { replicaId, leaseMs } = this.#options;
    const aliveUntil = this.#options.clock.monotonicMs() + leaseMs;
    this.#note({
      ...seen,
      epoch: term.term.epoch,
      owner: replicaId,
      address: this.#address,
      aliveUntil,
      look: ++this.#looks,
    });
    this.#settleStart();
  }

  /** Hands one shard to a replica that has fewer, once everything is at rest. */
  #giveOne(): void {
    if (this.#giving || this.#address === "") return;
    const tenures = [...this.#tenures.values()];
    if (tenures.some(({ isOpen, owner }) => !isOpen || !owner.term)) return;
    if ([...this.#seen.values()].some((seen) => !this.#isAlive(seen))) return;
    const { replicaId } = this.#options;
    const ids = [replicaId, ...this.#receivers().map(({ id }) => id)];
    const receiver = receiverFrom(replicaId, this.#owned(), ids);
    const replica = this.#replicas.find(({ id }) => id === receiver);
    // The one that is loaded soonest.
    const [least] = tenures.sort((a, b) => openJobs(a) - openJobs(b));
    if (!replica || !least) return;
    this.#giving = true;
    void this.#giveTo(least, replica).finally(() => {
      this.#giving = false;
      void this.refresh();
    });
  }

  async #giveTo(tenure: Tenure, { id, address }: Replica): Promise<void> {
    this.#options.logger.info({ shard: tenure.shard, to: id }, "handing a shard over");
    await this.#end(tenure, { id, address });
  }

  async #end(tenure: Tenure, receiver: Pick<Replica, "id" | "address"> | undefined): Promise<void> {
    const { shard } = tenure;
    await tenure.end(receiver, () => {
      this.#tenures.delete(shard);
      const seen = this.#seen.get(shard);
      if (!seen || !receiver) return;
      const aliveUntil = this.#options.clock.monotonicMs() + handOverMs;
      this.#note({ ...seen, owner: receiver.id, address: receiver.address, aliveUntil, look: ++this.#looks });
    });
  }

  /** Shards and who has them. */
  #owned(): OwnedShard[] {
    return this.#shards.map((shard) => {
      const seen = this.#seen.get(shard);
      if (this.#tenures.has(shard)) return { shard, owner: this.#options.replicaId };
      return { shard, owner: seen && this.#isAlive(seen) ? seen.owner : undefined };
    });
  }

  /** Replicas that free shards are for. One that stands in the row of a shard whose lease has ended is dead, whatever else it said before. */
  #takers(): string[] {
    const dead = this.#letLie();
    const alive = this.#replicas.filter(({ id, stopping }) => !stopping && !dead.has(id));
    const reached = alive.filter(({ address }) => address !== "");
    return (reached.length > 0 ? reached : alive).map(({ id }) => id);
  }

  /** Other replicas that a shard can be handed to. */
  #receivers(): Replica[] {
    const dead = this.#letLie();
    const now = this.#options.clock.monotonicMs();
    for (const id of dead) this.#distrusted.set(id, now + distrustMs);
    return this.#replicas.filter(
      ({ id, address, stopping }) =>
        id !== this.#options.replicaId && address !== "" && !stopping && (this.#distrusted.get(id) ?? 0) <= now,
    );
  }

  /** Owners whose leases have ended. */
  #letLie(): ReadonlySet<string> {
    const owners = new Set<string>();
    for (const seen of this.#seen.values())
      if (seen.owner !== "" && seen.owner !== this.#options.replicaId && !this.#isAlive(seen)) owners.add(seen.owner);
    return owners;
  }

  #isAlive({ owner, aliveUntil }: SeenShard): boolean {
    return owner !== "" && aliveUntil > this.#options.clock.monotonicMs();
  }

  #settleStart(): void {
    if (this.#shards.length === 0) return;
    const isOurs = (shard: number) => this.#tenures.get(shard)?.owner.term !== undefined;
    // Replicas that start at the same moment each take some, and none tells its address before it has started: one that owns some waits for nobody's.
    const ownsSome = this.#shards.some(isOurs);
    for (const shard of this.#shards) {
      const seen = this.#seen.get(shard);
      const isOwned = ownsSome && seen !== undefined && this.#isAlive(seen);
      if (!isOurs(shard) && !isOwned && this.addressOf(shard) === undefined) return;
    }
    this.#started?.resolve();
  }
}

/** The start of a keeper, which ends when every shard has an owner. */
interface Start {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function createStart(): Start {
  let resolve: Start["resolve"] = () => undefined;
  let reject: Start["reject"] = () => undefined;
  const promise = new Promise<void>((onStarted, onFailed) => {
    resolve = onStarted;
    reject = onFailed;
  });
  // Whoever waits for it is told; nobody may.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

function openJobs({ owner }: Tenure): number {
  let count = 0;
  for (const space of owner.term?.state.spaces.values() ?? []) count += space.openJobs;
  return count;
}

function stoppedBefore(): SwitchyardError {
  return new SwitchyardError("SHUTTING_DOWN", "stopped before every shard had an owner");
}
