import type { DescMethod, DescMethodServerStreaming, DescMethodUnary, Message } from "@bufbuild/protobuf";
import type { Clock } from "@switchyard/clock";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { reasonOf, SwitchyardError } from "@switchyard/errors";
import { readRequestHeader, setResponseHeader, whenAborted } from "@switchyard/rpc";
import { requestIdOf } from "@switchyard/service-kit";
import type { Locator } from "../../domain/sharding/locator.js";
import { livesElsewhere, notOwner } from "../../domain/sharding/not-owner.js";
import type { ShardKeeper } from "../../domain/sharding/shard-keeper.js";
import type { Tenure } from "../../domain/sharding/tenure.js";
import { cutOffBy, donenessOf, placeIn } from "./forward-errors.js";
import { ForwardGuard } from "./forward-guard.js";
import type { Peers } from "./peers.js";

/** Marks a call that another replica has forwarded: whoever gets it answers it or refuses it, and sends it nowhere. */
const forwardedHeader = "switchyard-forwarded";
/** Tells a caller which replica has answered, if it was another one than was called. */
const ownerHeader = "switchyard-owner";

/** How long a forwarded call waits for a shard that is being taken, ms: longer, and whoever forwards it looks whether it is the right replica. */
const readyMs = 500;

/** What the router works with. */
export interface CallRouterOptions {
  readonly keeper: ShardKeeper;
  readonly locator: Locator;
  readonly peers: Peers;
  readonly replicaId: string;
  /** How long a call waits for an owner, ms: a take-over takes the length of a lease, and a moment. */
  readonly patienceMs: number;
  readonly clock: Clock;
  /** Told of each call that is sent to another replica. */
  readonly onForward: () => void;
}

/** A call on its way to the owner of a shard. */
export interface RoutedCall {
  readonly method: DescMethod;
  readonly request: Message;
  readonly context: HandlerContext;
  /** The shard now; asked again before each try. */
  readonly shard: () => Promise<number>;
  /** Whom the call is about; told to a replica that has forwarded it to the wrong one. */
  readonly namespace?: string;
  /** The caller has named the shard, so what lives in another one is its mistake. Default false. */
  readonly isShardNamed?: boolean;
}

/** Where a call goes now. */
export type Target = { readonly tenure: Tenure } | { readonly address: string } | undefined;

/**
 * Brings calls to the owners of their shards: to this replica's own memory, or over gRPC to another replica. What no owner has begun is tried again, by whoever
 * owns the shard by then, until the caller's deadline or for as long as a take-over may take.
 */
export class CallRouter {
  readonly keeper: ShardKeeper;
  readonly locator: Locator;
  readonly #options: CallRouterOptions;
  readonly #guard: ForwardGuard;

  constructor(options: CallRouterOptions) {
    this.keeper = options.keeper;
    this.locator = options.locator;
    this.#guard = new ForwardGuard(options.keeper, options.clock);
    this.#options = options;
  }

  /** Answers a unary call. */
  async unary<Answer>(call: RoutedCall, here: () => Promise<Answer>): Promise<Answer> {
    const { context } = call;
    for (const tries = this.tries(context); ; ) {
      const shard = await call.shard();
      try {
        const target = await this.target(shard, context, call.namespace);
        if (target && "tenure" in target) return await within([target.tenure], here);
        if (target) return (await this.forward(target.address, shard, call)) as Answer;
      } catch (error) {
        if (!this.mayTryAgain(error, context) || (call.isShardNamed && placeIn(error))) throw error;
      }
      await tries.next(shard);
    }
  }

  /**
   * Answers a call by a stream of messages. One that breaks off because the shard changes hands goes on with the next owner where `resume` can say, of what
   * was asked and the last message, what is to be asked next.
   */
  async *stream<Request extends Message, Answer>(
    call: RoutedCall & { readonly request: Request },
    here: (request: Request) => AsyncIterable<Answer>,
    resume: (request: Request, answer: Answer) => Request,
    canResume: (request: Request) => boolean,
  ): AsyncGenerator<Answer> {
    const { context } = call;
    let { request } = call;
    for (let tries = this.tries(context); ; ) {
      const shard = await call.shard();
      try {
        const target = await this.target(shard, context, call.namespace);
        if (target) {
          const answers =
            "tenure" in target
              ? here(request)
              : ((await this.#openStream(target.address, shard, { ...call, request })) as AsyncIterable<Answer>);
          for await (const answer of answers) {
            tries = this.tries(context);
            request = resume(request, answer);
            yield answer;
          }
          return;
        }
      } catch (error) {
        const brokeOff = reasonOf(error) === "SHARD_LOST" && canResume(request) && !this.isForwarded(context);
        if (!brokeOff && !this.mayTryAgain(error, context)) throw error;
      }
      await tries.next(shard);
    }
  }

  /** Where calls to a shard go. A forwarded call that this replica can't answer is refused: two replicas with old news would send it to and fro. */
  async target(shard: number, context: HandlerContext, namespace?: string): Promise<Target> {
    const isForwarded = this.isForwarded(context);
    const tenure = this.keeper.tenure(shard);
    if (tenure?.isOpen && !isForwarded) return { tenure };
    if (isForwarded) {
      const moved = tenure ? undefined : await this.#movedHere(shard, namespace);
      if (moved) return { tenure: moved };
      // The shard may just have been handed to us.
      if (!tenure) await this.keeper.refresh();
      const mine = tenure ?? this.keeper.tenure(shard);
      if (mine?.isOpen && (await mine.isReady(readyMs)) && mine.isOpen) return { tenure: mine };
      throw await this.#refusal(shard, namespace);
    }
    if (tenure) {
      await tenure.left;
      return this.target(shard, context, namespace);
    }
    const address = this.keeper.addressOf(shard);
    return address === undefined ? undefined : { address };
  }

  /** Memory may be older news than what has brought the call here: where the namespace lives is read, and whether that is here. */
  async #movedHere(shard: number, namespace: string | undefined): Promise<Tenure | undefined> {
    const placed = namespace === undefined ? undefined : await this.locator.placed(namespace);
    if (placed === undefined || placed === shard) return undefined;
    const tenure = this.keeper.tenure(placed);
    return tenure?.isOpen && (await tenure.isReady(readyMs)) && tenure.isOpen ? tenure : undefined;
  }

  async #refusal(shard: number, namespace: string | undefined): Promise<SwitchyardError> {
    if (namespace === undefined) return notOwner(shard);
    return livesElsewhere(namespace, await this.locator.locate(namespace));
  }

  /** Whether another replica has sent the call. */
  isForwarded(context: HandlerContext): boolean {
    return readRequestHeader(context, forwardedHeader) !== null;
  }

  /** Whether a failed call was not begun by anybody, and may be sent again; where that is told, it is learned where the namespace lives. */
  mayTryAgain(error: unknown, context: HandlerContext): boolean {
    if (this.isForwarded(context) || donenessOf(error) !== "nothing") return false;
    const place = placeIn(error);
    if (place) this.locator.learn(place.namespace, place.shard);
    return true;
  }

  /** Sends a unary call to another replica. */
  async forward(
    address: string,
    shard: number,
    { method, request, context }: Omit<RoutedCall, "shard">,
  ): Promise<Message> {
    const { transport, signal, release } = this.#send(address, shard, context, isHeld(method));
    try {
      const { message } = await transport.unary(
        method as DescMethodUnary,
        signal,
        context.timeoutMs(),
        this.#headers(context),
        request as never,
      );
      setResponseHeader(context, ownerHeader, address);
      return message;
    } catch (error) {
      throw failureOf(error, signal, method, shard);
    } finally {
      release();
    }
  }

  /** The way to another replica for one call, and what gives the call up: its caller, or the guard. */
  #send(address: string, shard: number, context: HandlerContext, held: boolean) {
    const { peers, onForward } = this.#options;
    const transport = peers.to(address);
    const controller = new AbortController();
    onForward();
    const unwatch = this.#guard.watch({ shard, address, transport, giveUp: () => controller.abort(ownerSilent) });
    // At the end of this replica only what is held is given up, since the rest ends by itself.
    const stop = whenAborted(context, (reason) => {
      if (held || reasonOf(reason) !== "SHUTTING_DOWN") controller.abort(reason);
    });
    const release = () => {
      unwatch();
      stop();
    };
    return { transport, signal: controller.signal, release };
  }

  async #openStream(
    address: string,
    shard: number,
    { method, request, context }: RoutedCall,
  ): Promise<AsyncIterable<Message>> {
    const headers = this.#headers(context);
    const { transport, signal, release } = this.#send(address, shard, context, true);
    async function* one() {
      yield request;
    }
    try {
      const { message } = await transport.stream(
        method as DescMethodServerStreaming,
        signal,
        context.timeoutMs(),
        headers,
        one() as never,
      );
      setResponseHeader(context, ownerHeader, address);
      return untilOver(message, (error) => failureOf(error, signal, method, shard), release);
    } catch (error) {
      release();
      throw failureOf(error, signal, method, shard);
    }
  }

  #headers(context: HandlerContext): Headers {
    const headers = new Headers({ [forwardedHeader]: this.#options.replicaId });
    const authorization = readRequestHeader(context, "authorization");
    if (authorization !== null) headers.set("authorization", authorization);
    const requestId = requestIdOf(context);
    if (requestId !== "") headers.set("x-request-id", requestId);
    return headers;
  }

  /** Counts the tries of a call. */
  tries(context: HandlerContext): { next(shard: number): Promise<void> } {
    const { keeper } = this;
    const { clock, patienceMs } = this.#options;
    const until = clock.monotonicMs() + Math.min(patienceMs, context.timeoutMs() ?? patienceMs);
    let count = 0;
    let failure: { readonly reason: unknown } | undefined;
    return {
      /** Looks for the owner anew, after a pause that grows. @throws SwitchyardError `OWNER_UNKNOWN` when it has lasted too long, `SHUTTING_DOWN`. */
      async next(shard) {
        if (keeper.isStopped) throw new SwitchyardError("SHUTTING_DOWN", "this replica ends; repeat the call");
        if (clock.monotonicMs() > until) throw ownerUnknown(shard);
        const stop = whenAborted(context, (reason) => (failure = { reason }));
        stop();
        if (failure) throw failure.reason;
        const pauseMs = count === 0 ? 0 : Math.min(10 * 2 ** count, 200);
        count++;
        await Promise.all([keeper.refresh(), new Promise<void>((resolve) => clock.setTimeout(resolve, pauseMs))]);
      },
    };
  }
}

/** Runs a call within tenures, none of which ends before it has ended. */
export async function within<Answer>(tenures: readonly Tenure[], call: () => Promise<Answer>): Promise<Answer> {
  const entered: Tenure[] = [];
  try {
    for (const tenure of tenures) {
      tenure.enter();
      entered.push(tenure);
    }
    return await call();
  } finally {
    for (const tenure of entered) tenure.exit();
  }
}

/** Why a call is given up whose owner can't answer any more. What became of it is not known. */
const ownerSilent = new ConnectError("the owner of the shard does not answer", Code.Unavailable);

/** The failure of a call that was sent to another replica. */
function failureOf(error: unknown, signal: AbortSignal, method: DescMethod, shard: number): unknown {
  if (signal.aborted && signal.reason !== ownerSilent) return signal.reason;
  return asAnswered(signal.aborted ? ownerSilent : error, method, shard);
}

/** Reads a stream; `over` is called when it has ended, has failed or is left. */
async function* untilOver(
  messages: AsyncIterable<Message>,
  failure: (error: unknown) => unknown,
  over: () => void,
): AsyncGenerator<Message> {
  try {
    yield* messages;
  } catch (error) {
    throw failure(error);
  } finally {
    over();
  }
}

/** Calls that are held until there is something to say. */
function isHeld({ name }: DescMethod): boolean {
  return name === "SyncCapacity" || name === "ClaimJobs";
}

/** Reads can be made again whatever became of them. */
function isRead({ name }: DescMethod): boolean {
  return /^(Get|List|Explain|Lookup|Peek|Aggregate)/.test(name);
}

/** The failure of a forwarded call as this replica's caller should see it: the owner's words, without the headers of its answer. */
function asAnswered(error: unknown, method: DescMethod, shard: number): unknown {
  if (donenessOf(error) === "unknown") return isRead(method) ? notOwner(shard) : cutOffBy(error, shard);
  if (!(error instanceof ConnectError)) return error;
  const answered = new ConnectError(error.rawMessage, error.code);
  answered.details = error.details;
  return answered;
}

function ownerUnknown(shard: number): SwitchyardError {
  return new SwitchyardError(
    "OWNER_UNKNOWN",
    `no replica that can be reached owns shard ${shard} at this moment`,
    { shard: String(shard) },
    { retryAfterMs: 500 },
  );
}
