import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { type Clock, systemClock } from "@switchyard/clock";
import { Code, ConnectError, type ContextValues, createContextValues, type HandlerContext } from "@connectrpc/connect";

/** The headers of a request, in whatever form the mount has them. */
export interface RequestHeaders {
  /** Makes all of them. */
  all(): Headers;
  /** Reads one, without making the others where that can be spared. Null when it is not there. */
  read(name: string): string | null;
}

/** What a mount knows when a call comes in. */
export interface CallContextInit {
  readonly method: DescMethod;
  /** `grpc` over the wire, `memory` inside a process. */
  readonly protocolName: string;
  /** The moment (`Date.now()`) at which the call must be over; undefined or infinite: no deadline. */
  readonly deadline: number | undefined;
  /** Whether the context keeps the deadline by a timer of its own; not needed where the caller's side does. */
  readonly watchesDeadline: boolean;
  readonly headers: RequestHeaders;
  /** Says what time it is. Default: the machine's. */
  readonly clock?: Clock;
}

// One error for all calls: nobody looks at it, and a stack trace for each call would cost more than the call.
const callEnded = new ConnectError("the call has ended", Code.Canceled);

const nothing = () => undefined;

/**
 * The `HandlerContext` of the gRPC and the in-memory mount. Headers, signal and values come into being on first use:
 * most handlers never look at them, and making them all costs several times what such a call costs otherwise.
 */
export class CallContext implements HandlerContext {
  readonly requestMethod = "POST";
  readonly #init: CallContextInit;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #listeners: Set<(reason: unknown) => void> | undefined;
  #aborted = false;
  #reason: unknown;
  #requestHeader: Headers | undefined;
  #responseHeader: Headers | undefined;
  #plainHeaders: readonly (readonly [string, string])[] | undefined;
  #responseTrailer: Headers | undefined;
  #values: ContextValues | undefined;

  constructor(init: CallContextInit) {
    this.#init = init;
  }

  get method(): DescMethod {
    return this.#init.method;
  }

  get service(): DescService {
    return this.#init.method.parent;
  }

  get protocolName(): string {
    return this.#init.protocolName;
  }

  get url(): string {
    return `${this.protocolName}:///${this.service.typeName}/${this.method.name}`;
  }

  timeoutMs(): number | undefined {
    const { deadline, clock = systemClock } = this.#init;
    return deadline === undefined || deadline === Number.POSITIVE_INFINITY ? undefined : deadline - clock.wallMs();
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    this.#controller = new AbortController();
    if (this.#aborted) this.#controller.abort(this.#reason);
    else this.#watchDeadline();
    return this.#controller.signal;
  }

  /** Does what a listener of the signal would, without a signal. */
  whenAborted(listener: (reason: unknown) => void): () => void {
    if (this.#aborted) {
      listener(this.#reason);
      return nothing;
    }
    const listeners = this.#listeners ?? new Set();
    this.#listeners = listeners.add(listener);
    this.#watchDeadline();
    return () => listeners.delete(listener);
  }

  get requestHeader(): Headers {
    this.#requestHeader ??= this.#init.headers.all();
    return this.#requestHeader;
  }

  get responseHeader(): Headers {
    this.#responseHeader ??= new Headers((this.#plainHeaders ?? []) as [string, string][]);
    return this.#responseHeader;
  }

  get responseTrailer(): Headers {
    this.#responseTrailer ??= new Headers();
    return this.#responseTrailer;
  }

  get values(): ContextValues {
    this.#values ??= createContextValues();
    return this.#values;
  }

  /** The response headers if there are any: names and values, or `Headers` if anybody has asked for such. */
  get usedResponseHeader(): Headers | readonly (readonly [string, string])[] | undefined {
    return this.#responseHeader ?? this.#plainHeaders;
  }

  /** Reads one request header; spares making all of them. Null when it is not there. */
  readHeader(name: string): string | null {
    return this.#init.headers.read(name);
  }

  /** Sets one response header, whose name is in lower case and no other's. */
  setHeader(name: string, value: string): void {
    if (this.#responseHeader !== undefined) this.#responseHeader.set(name, value);
    else if (this.#plainHeaders === undefined) this.#plainHeaders = [[name, value]];
    else this.#plainHeaders = [...this.#plainHeaders.filter(([other]) => other !== name), [name, value]];
  }

  /** The response trailers if anybody has asked for them. */
  get usedResponseTrailer(): Headers | undefined {
    return this.#responseTrailer;
  }

  /** Aborts the handler's signal; the first reason stays. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    clearTimeout(this.#timer);
    this.#controller?.abort(reason);
    for (const listener of this.#listeners ?? []) listener(reason);
  }

  /** Says that the call is over; what the handler tied to the signal is released. */
  close(): void {
    this.abort(callEnded);
  }

  #watchDeadline(): void {
    if (this.#timer !== undefined) return;
    const ms = this.timeoutMs();
    if (ms === undefined || !this.#init.watchesDeadline) return;
    // setTimeout counts in 32 bits and fires at once beyond; such a deadline is as good as none.
    if (ms > 0x7fffffff) return;
    this.#timer = setTimeout(() => this.abort(deadlineExceeded()), Math.max(0, ms));
  }
}

/** Reads one request header, without making all of them where the mount can spare that. Null when it is not there. */
export function readRequestHeader(context: HandlerContext, name: string): string | null {
  return context instanceof CallContext ? context.readHeader(name) : context.requestHeader.get(name);
}

/**
 * Calls back with the reason when the context's signal aborts, at once if it has; returns how to stop that. For handlers that wait: a signal
 * and its listeners cost more than the rest of such a call, and where the mount can spare it none is made.
 */
export function whenAborted(context: HandlerContext, listener: (reason: unknown) => void): () => void {
  if (context instanceof CallContext) return context.whenAborted(listener);
  const { signal } = context;
  const onAbort = () => listener(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}

/** Sets one response header (the name in lower case), without making all of them where the mount can spare that. */
export function setResponseHeader(context: HandlerContext, name: string, value: string): void {
  if (context instanceof CallContext) context.setHeader(name, value);
  else context.responseHeader.set(name, value);
}

/** The error of a call whose time is up. */
export function deadlineExceeded(): ConnectError {
  return new ConnectError("the operation timed out", Code.DeadlineExceeded);
}

/** The error of a call whose caller has gone. */
export function callCancelled(): ConnectError {
  return new ConnectError("the call was cancelled by its caller", Code.Canceled);
}
