import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { Clock } from "@switchyard/clock";
import { SwitchyardError, toConnectError } from "@switchyard/errors";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import {
  type RunnerRevocation,
  type SyncCapacityRequest,
  type SyncCapacityResponse,
  SyncCapacityResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { RunnerProfile } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { ModelJobs } from "./jobs.js";
import type { ModelShards } from "./shards.js";

interface Demand {
  readonly namespace: string;
  readonly runnerId: string;
  profile: RunnerProfile | undefined;
  credit: bigint;
  granted: bigint;
}

interface Session {
  readonly shard: number;
  readonly demands: Map<string, Demand>;
  revision: bigint;
  delivery: bigint;
  /** Told and not confirmed, with what is yet to be told. */
  outbox: { delivery: bigint; lease?: Lease; revocation?: RunnerRevocation }[];
  held: { answer: (response: SyncCapacityResponse) => void; fail: (error: Error) => void } | undefined;
}

/** `SyncCapacity` by the words of the contract: credit, deliveries that are repeated until confirmed, replacement. */
export class CapacitySessions {
  readonly #sessions = new Map<string, Session>();
  readonly #jobs: ModelJobs;
  readonly #shards: ModelShards;

  readonly #clock: Clock;

  constructor(jobs: ModelJobs, shards: ModelShards, clock: Clock) {
    this.#clock = clock;
    this.#jobs = jobs;
    this.#shards = shards;
  }

  sync(request: SyncCapacityRequest, context: HandlerContext): Promise<SyncCapacityResponse> {
    const asking = request.demands.filter(({ credit }) => credit > 0n);
    this.#shards.check(request.shard, asking);
    const session = this.#session(request.sessionId, request.shard);
    if (request.revision <= session.revision) return Promise.resolve(create(SyncCapacityResponseSchema));
    session.revision = request.revision;
    session.held?.answer(create(SyncCapacityResponseSchema, { delivery: 0n }));
    this.#demand(session, request);
    session.outbox = session.outbox.filter(({ delivery }) => delivery === 0n || delivery > request.receivedDelivery);
    return new Promise((resolve, reject) => {
      const answerEmpty = () => held.answer(create(SyncCapacityResponseSchema));
      const timer = this.#clock.setTimeout(answerEmpty, holdMsOf(request));
      const settle = () => {
        this.#clock.clearTimeout(timer);
        if (session.held === held) session.held = undefined;
      };
      const held = {
        answer: (response: SyncCapacityResponse) => {
          settle();
          resolve(response);
        },
        fail: (error: Error) => {
          settle();
          reject(error);
        },
      };
      context.signal.addEventListener("abort", () => held.fail(context.signal.reason as Error));
      session.held = held;
      this.match();
    });
  }

  /** Grants what can be granted, and answers who has something to hear. */
  match(): void {
    for (const session of this.#sessions.values()) {
      for (const demand of session.demands.values()) {
        if (this.#shards.shardOf(demand.namespace) !== session.shard) continue;
        while (demand.granted < demand.credit) {
          const job = this.#jobs.next(demand.namespace, demand.profile);
          if (job === undefined) break;
          demand.granted++;
          session.outbox.push({ delivery: 0n, lease: this.#jobs.grant(job, demand.runnerId) });
        }
      }
      this.#deliver(session);
    }
  }

  /** Tells the sessions that know a runner of a revocation. */
  revoke(revocation: RunnerRevocation): void {
    for (const session of this.#sessions.values()) {
      if (!session.demands.has(`${revocation.namespace}/${revocation.runnerId}`)) continue;
      session.outbox.push({ delivery: 0n, revocation });
      this.#deliver(session);
    }
  }

  /** As if the process had ended: sessions are gone, held calls break, unconfirmed answers are lost. */
  restart(): void {
    const broken = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const { held } of broken) held?.fail(new ConnectError("connection lost", Code.Unavailable));
  }

  /** As if the network had failed for a moment: held calls break, sessions stay. */
  cut(): void {
    for (const { held } of this.#sessions.values()) held?.fail(new ConnectError("connection lost", Code.Unavailable));
  }

  /** Credit not used yet, by runner, over all sessions. */
  open(): Record<string, number> {
    const open: Record<string, number> = {};
    for (const { demands } of this.#sessions.values()) {
      for (const { runnerId, credit, granted } of demands.values()) {
        const left = Number(credit - granted);
        if (left > 0) open[runnerId] = (open[runnerId] ?? 0) + left;
      }
    }
    return open;
  }

  get heldCalls(): number {
    return [...this.#sessions.values()].filter(({ held }) => held !== undefined).length;
  }

  /** Moves a namespace: sessions with its old shard that ask for work of it hear that they do so at the wrong place. */
  move(namespace: string, shard: number): void {
    this.#shards.homes.set(namespace, shard);
    for (const { demands, held } of this.#sessions.values()) {
      const isConcerned = [...demands.values()].some((demand) => demand.namespace === namespace);
      if (isConcerned) held?.fail(toConnectError(new SwitchyardError("NOT_OWNER", "moved", { shard: String(shard) })));
    }
  }

  /** Shards with a session that has a call held, in order. */
  get heldShards(): number[] {
    return [...this.#sessions.values()].flatMap(({ held, shard }) => (held === undefined ? [] : [shard])).sort();
  }

  #session(id: string, shard: number): Session {
    const session = this.#sessions.get(id) ?? {
      shard,
      demands: new Map(),
      revision: 0n,
      delivery: 0n,
      outbox: [],
      held: undefined,
    };
    this.#sessions.set(id, session);
    return session;
  }

  #demand(session: Session, { demands, full }: SyncCapacityRequest): void {
    if (full) for (const demand of session.demands.values()) demand.credit = demand.granted;
    for (const { namespace, runnerId, profile, credit } of demands) {
      const key = `${namespace}/${runnerId}`;
      const known = session.demands.get(key);
      if (known === undefined) session.demands.set(key, { namespace, runnerId, profile, credit, granted: 0n });
      else {
        known.credit = credit;
        if (known.credit < known.granted) known.credit = known.granted;
        known.profile = profile ?? known.profile;
      }
    }
  }

  #deliver(session: Session): void {
    if (session.held === undefined || session.outbox.length === 0) return;
    const delivery = ++session.delivery;
    // What was told under an earlier number and not confirmed is told again under this one.
    for (const item of session.outbox) item.delivery = delivery;
    const leases = session.outbox.flatMap(({ lease }) => lease ?? []);
    const revocations = session.outbox.flatMap(({ revocation }) => revocation ?? []);
    session.held.answer(create(SyncCapacityResponseSchema, { delivery, leases, revocations }));
  }
}

function holdMsOf({ hold }: SyncCapacityRequest): number {
  return hold === undefined ? 0 : Number(hold.seconds) * 1000 + hold.nanos / 1e6;
}
