import type { Clock, Timer } from "@switchyard/clock";
import type { Listener } from "@switchyard/postgres";
import type { Logger } from "pino";
import type { Replica } from "../../store/replicas.js";
import { handOverMs } from "../../store/take-shard.js";
import type { ShardOwner } from "../shard/shard-owner.js";
import type { ShardTerm } from "../shard/shard-term.js";
import { assignFree, heirsOf, type OwnedShard, receiverFrom } from "./balance.js";
import type { ShardDatabase } from "./databases.js";
import { createKeeperStart, type KeeperStart, stoppedBefore } from "./keeper-start.js";
import { ReplicaBook } from "./replica-book.js";
import { type SeenShard, SeenShards } from "./seen-shards.js";
import { createSharedLook, type SharedLook } from "./shared-look.js";
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

/** How often the rows of shards are looked at when nothing is notified, ms. */
const lookMs = 500;
/** A free shard that nobody has taken for this long is taken by anybody, ms: whoever it was meant for may be dead too. */
const unclaimedMs = 1_000;

/**
 * Keeps a replica's share of the shards: looks at all rows, takes what is free or was handed over, gives away what is too much. Who takes and who gives follows
 * from the rows alone (`balance.ts`); that only one replica owns a shard is the business of `store/take-shard.ts`, so a wrong guess here costs a
 * moment and nothing else.
 */
export class ShardKeeper {
  readonly #options: ShardKeeperOptions;
  readonly #seen: SeenShards;
  readonly #replicas: ReplicaBook;
  readonly #tenures = new Map<number, Tenure>();
  readonly #freeSince = new Map<number, number>();
  readonly #listeners: readonly Listener[];
  readonly #looks: SharedLook = createSharedLook(() => this.#look());
  #stopped = false;
  #timer: Timer | undefined;
  #giving = false;
  #started: KeeperStart | undefined;

  constructor(options: ShardKeeperOptions) {
    this.#options = options;
    const { databases, replicaId: self, leaseMs: aliveMs, clock, logger } = options;
    this.#seen = new SeenShards(clock, self);
    const letLie = () => this.#seen.letLie();
    this.#replicas = new ReplicaBook({ home: databases[0].control, self, aliveMs, clock, logger, letLie });
    this.#listeners = databases.map(({ control }) =>
      control.listen({ onNotification: () => void this.refresh(), onReconnect: () => void this.refresh() }),
    );
  }

  /** Begins; returns when every shard is owned by this replica or by one that can be reached. */
  start(): Promise<void> {
    if (this.#started) return this.#started.promise;
    this.#started = createKeeperStart();
    if (this.#stopped) this.#started.reject(stoppedBefore());
    else void this.refresh();
    return this.#started.promise;
  }

  /** Others reach this replica here from now on: it takes part in the spread of shards. */
  async announce(address: string): Promise<void> {
    this.#replicas.announce(address);
    await this.refresh();
  }

  /** Gives all shards to other replicas, if there are any that can be reached, and takes none any more. */
  async leave(): Promise<void> {
    if (this.#replicas.isStopping) return;
    this.#replicas.leave();
    await this.refresh();
    const heirs = heirsOf(this.#options.replicaId, this.#owned(), this.#replicas.receivers());
    await Promise.all(
      [...this.#tenures.values()].map(async (tenure) => {
        const heir = this.#replicas.find(heirs.get(tenure.shard));
        if (heir) await this.#giveTo(tenure, heir);
      }),
    );
  }

  /** Gives back what is left and stops. */
  async stop(): Promise<void> {
    this.#replicas.leave();
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
    this.#started?.reject(stoppedBefore());
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    await this.#looks.idle();
    this.#options.clock.clearTimeout(this.#timer);
    await Promise.all([...this.#tenures.values()].map((tenure) => this.#end(tenure, undefined)));
    await this.#replicas.forgetSelf();
  }

  /** Whether this replica is ending: it finds no owner any more. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** The numbers of all shards, rising. */
  get shards(): readonly number[] {
    return this.#seen.numbers;
  }

  /** Where this replica is reached; empty while it is not. */
  get address(): string {
    return this.#replicas.address;
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
    if (term) return { owner: this.#options.replicaId, address: this.address, epoch: term.epoch };
    const seen = this.#seen.get(shard);
    const owner = seen && this.#seen.isAlive(seen) ? seen.owner : "";
    return { owner, address: this.addressOf(shard) ?? "", epoch: seen?.epoch ?? 0 };
  }

  /** The address of another replica that owns a shard; undefined while none can be reached. */
  addressOf(shard: number): string | undefined {
    return this.#seen.addressOf(shard);
  }

  /** Looks at all rows, now; those who ask together share a look. Never fails: what can't be read stays as it was. */
  refresh(): Promise<void> {
    return this.#looks.refresh();
  }

  async #look(): Promise<void> {
    if (this.#stopped) return;
    const { clock, databases } = this.#options;
    clock.clearTimeout(this.#timer);
    const look = this.#seen.beginLook();
    for (const listener of this.#listeners) if (!listener.connected) listener.start().catch(() => undefined);
    await Promise.all([this.#replicas.beat(), ...databases.map((database) => this.#read(database, look))]);
    if (this.#stopped) return;
    this.#decide();
    clock.clearTimeout(this.#timer);
    // At the end of the next lease that may end, if that is sooner.
    const waitMs = Math.max(20, this.#seen.nextEndMs(lookMs - 5) + 5);
    this.#timer = clock.setTimeout(() => void this.refresh(), waitMs);
  }

  async #read(database: ShardDatabase, look: number): Promise<void> {
    try {
      this.#seen.noteRows(look, database, await database.control.readShards());
    } catch (error) {
      this.#options.logger.warn({ err: error }, "could not look at the shards of a database");
    }
  }

  #decide(): void {
    this.#dropLost();
    this.#reloadStale();
    this.#tellAddress();
    if (!this.#replicas.isStopping) {
      this.#take();
      this.#giveOne();
    }
    this.#settleStart();
  }

  /** What another replica has taken is not ours any more. */
  #dropLost(): void {
    for (const tenure of this.#tenures.values()) {
      const seen = this.#seen.get(tenure.shard);
      if (tenure.isOpen && seen && this.#seen.isOthers(seen)) void this.#end(tenure, undefined);
    }
  }

  /** A namespace was moved to a shard of ours. */
  #reloadStale(): void {
    for (const { shard, staleEpoch } of this.#seen.all()) {
      const tenure = this.#tenures.get(shard);
      const term = tenure?.owner.term?.term;
      if (tenure?.isOpen && term && term.epoch <= staleEpoch) void this.reload(tenure);
    }
  }

  /** Begins to load a shard of ours anew, since there is more in it than its term knows of; does nothing while it is given away or loaded. */
  loadAnew(shard: number): void {
    const tenure = this.#tenures.get(shard);
    if (tenure?.isOpen && tenure.owner.term) void this.reload(tenure);
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
      const rows = [...this.#seen.all()].filter((seen) => seen.database === database && seen.owner === replicaId);
      if (rows.every(({ shard, address }) => address === this.address || !this.#tenures.has(shard))) continue;
      database.control
        .tellAddress(replicaId, this.address)
        .catch((error: unknown) => logger.warn({ err: error }, "could not say where this replica is reached"));
    }
  }

  #take(): void {
    const now = this.#options.clock.monotonicMs();
    const { replicaId } = this.#options;
    const assigned = assignFree(this.#owned(), this.#replicas.takers());
    for (const seen of this.#seen.all()) {
      const { shard } = seen;
      const isAlive = this.#seen.isAlive(seen);
      if (isAlive || this.#tenures.has(shard)) {
        this.#freeSince.delete(shard);
        // Handed over to us, or to one of our name that is dead.
        if (isAlive && seen.owner === replicaId && !this.#tenures.has(shard)) this.#begin(seen);
        continue;
      }
      const since = this.#freeSince.get(shard) ?? now;
      this.#freeSince.set(shard, since);
      if (assigned.get(shard) === replicaId || now - since > unclaimedMs) this.#begin(seen);
    }
  }

  #begin({ shard, database }: SeenShard): void {
    const { createOwner, clock, logger } = this.#options;
    const share = Math.ceil(this.shards.length / Math.max(1, this.#replicas.takers().length));
    const tenure = new Tenure(shard, createOwner(shard, database, share), clock);
    this.#tenures.set(shard, tenure);
    this.#freeSince.delete(shard);
    tenure.owner.start().then(
      () => this.#began(tenure),
      (error: unknown) => logger.debug({ err: error, shard }, "the shard was not taken"),
    );
  }

  #began({ shard, owner }: Tenure): void {
    const { term } = owner;
    if (!term) return;
    const { replicaId, leaseMs } = this.#options;
    this.#seen.noteOwner(shard, { owner: replicaId, address: this.address, epoch: term.term.epoch }, leaseMs);
    this.#settleStart();
  }

  /** Hands one shard to a replica that has fewer, once everything is at rest. */
  #giveOne(): void {
    if (this.#giving || this.address === "") return;
    const tenures = [...this.#tenures.values()];
    if (tenures.some(({ isOpen, owner }) => !isOpen || !owner.term)) return;
    if (!this.#seen.areAllAlive()) return;
    const { replicaId } = this.#options;
    const replica = this.#replicas.find(
      receiverFrom(replicaId, this.#owned(), [replicaId, ...this.#replicas.receivers()]),
    );
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
      if (receiver) this.#seen.noteOwner(shard, { owner: receiver.id, address: receiver.address }, handOverMs);
    });
  }

  /** Shards and who has them. */
  #owned(): OwnedShard[] {
    return this.shards.map((shard) => {
      const seen = this.#seen.get(shard);
      if (this.#tenures.has(shard)) return { shard, owner: this.#options.replicaId };
      return { shard, owner: seen && this.#seen.isAlive(seen) ? seen.owner : undefined };
    });
  }

  #settleStart(): void {
    if (this.shards.length === 0) return;
    const isOurs = (shard: number) => this.#tenures.get(shard)?.owner.term !== undefined;
    // Replicas that start at the same moment each take some, and none tells its address before it has started: one that owns some waits for nobody's.
    const ownsSome = this.shards.some(isOurs);
    for (const shard of this.shards) {
      const seen = this.#seen.get(shard);
      const isOwned = ownsSome && seen !== undefined && this.#seen.isAlive(seen);
      if (!isOurs(shard) && !isOwned && this.addressOf(shard) === undefined) return;
    }
    this.#started?.resolve();
  }
}

function openJobs({ owner }: Tenure): number {
  return owner.term?.openJobs ?? 0;
}
