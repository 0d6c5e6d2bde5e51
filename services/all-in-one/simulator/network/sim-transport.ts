import { Code, ConnectError, type StreamResponse, type Transport, type UnaryResponse } from "@connectrpc/connect";
import { deadlineExceeded } from "@switchyard/rpc";
import type { FaultBoard } from "../kernel/fault-board.js";
import { endTimer, type Life } from "../kernel/process.js";
import type { Way } from "./addresses.js";
import type { CallCounter } from "./call-counter.js";
import { createInbox } from "./inbox.js";

type UnaryArguments = Parameters<Transport["unary"]>;

/** Header of a call that nobody may repeat: who gives a submit no request id gets as many jobs as requests arrive. */
export const onceHeader = "x-simulated-once";

function broken(why: string): ConnectError {
  return new ConnectError(why, Code.Unavailable);
}

/**
 * The way of calls from one process to others: requests and answers travel, get lost, come twice or late, and connections break, as the faults of the
 * moment say. A handler runs in the process that it belongs to and ends with it.
 *
 * @param way where calls go
 */
export function createSimTransport(from: Life, way: Way, faults: FaultBoard, calls: CallCounter): Transport {
  const { world, random } = faults;

  const latency = (to: Life) =>
    faults.net(from.name, to.name, ["net.delays"]) ? random.between(20, 2_000) : random.between(0.1, 1);

  function unary(...[method, signal, timeoutMs, header, input]: UnaryArguments): Promise<UnaryResponse> {
    return new Promise((settle, reject) => {
      let over = false;
      const giveUp = new AbortController();
      const end = (outcome: () => void) => {
        if (over) return;
        over = true;
        if (timer) endTimer(world, timer);
        signal?.removeEventListener("abort", onAbort);
        unwatch();
        outcome();
      };
      calls.note(from.name, method.name);
      const endpoint = way.next();
      const to = endpoint?.life;
      /** The server hears that nobody waits any more, unless the way to it is cut. */
      const tellServer = (reason: ConnectError) => {
        if (!to || faults.net(from.name, to.name, ["net.cut", "net.half-open"])) return;
        to.after(random.between(0.1, 1), () => giveUp.abort(reason));
      };
      const onAbort = () => {
        const error = ConnectError.from(signal?.reason, Code.Canceled);
        tellServer(error);
        end(() => reject(error));
      };
      const timer =
        timeoutMs === undefined
          ? undefined
          : from.after(timeoutMs, () => {
              const error = deadlineExceeded();
              tellServer(error);
              end(() => reject(error));
            });
      let unwatch = () => undefined as unknown;
      const fail = (ms: number, why: string) => void from.after(ms, () => end(() => reject(broken(why))));
      if (signal?.aborted) return onAbort();
      signal?.addEventListener("abort", onAbort, { once: true });
      if (!endpoint || !to) return fail(random.between(0.1, 2), "nobody listens");

      // A process that ends resets its connections; a half-open one is noticed by nobody.
      unwatch = to.whenOver(() => {
        if (!faults.net(to.name, from.name, ["net.half-open"]))
          fail(random.between(0.1, 2), "the connection was reset");
      });
      const mayRepeat = !new Headers(header).has(onceHeader);
      const wrong = faults.net(from.name, to.name, [
        ...(["net.cut", "net.half-open", "net.loses-request"] as const),
        ...(mayRepeat ? (["net.duplicates"] as const) : []),
      ]);
      if (wrong === "net.half-open") return;
      if (wrong === "net.cut" || wrong === "net.loses-request") {
        way.broke();
        return fail(random.between(1, 500), "the request was lost");
      }

      const answer = (outcome: () => void) => {
        const lost = faults.net(to.name, from.name, ["net.cut", "net.half-open", "net.loses-answer"]);
        if (lost === "net.half-open") return;
        if (lost) {
          way.broke();
          return fail(random.between(1, 500), "the answer was lost");
        }
        from.after(latency(to), () => end(outcome));
      };
      const arrive = () => {
        endpoint.transport.unary(method, giveUp.signal, timeoutMs, header, input).then(
          (response) => answer(() => settle(response)),
          (error: unknown) => answer(() => reject(error as Error)),
        );
      };
      to.after(latency(to), arrive);
      if (wrong === "net.duplicates") to.after(latency(to) + random.between(0, 3_000), arrive);
      if (to.isOver) fail(random.between(0.1, 2), "the connection was refused");
    });
  }

  function stream(...[method, signal, , header, input]: Parameters<Transport["stream"]>): Promise<StreamResponse> {
    const endpoint = way.next();
    if (!endpoint) return Promise.reject(broken("nobody listens"));
    const { life: to, transport } = endpoint;
    const inbox = createInbox<never>();
    const giveUp = new AbortController();
    const underWay: (() => void)[] = [];
    let over = false;
    let last = 0;
    const end = (outcome: () => void) => {
      if (over) return;
      over = true;
      unwatch();
      signal?.removeEventListener("abort", onAbort);
      outcome();
    };
    const onAbort = () => {
      const error = ConnectError.from(signal?.reason, Code.Canceled);
      to.after(random.between(0.1, 1), () => giveUp.abort(error));
      end(() => inbox.end(error));
    };
    const reset = () => {
      way.broke();
      from.after(random.between(0.1, 300), () => end(() => inbox.end(broken("the connection was reset"))));
      to.after(random.between(0.1, 300), () => giveUp.abort(broken("the caller has gone")));
    };
    const unwatch = to.whenOver(reset);
    signal?.addEventListener("abort", onAbort, { once: true });
    /** What is sent over one connection arrives in order. False: it does not arrive any more. */
    const send = (arrive: () => void): boolean => {
      const wrong = faults.net(to.name, from.name, ["net.cut", "net.half-open", "net.loses-answer"]);
      if (wrong) {
        // A reader that hears nothing for long breaks off by itself, which is here the same as a reset that comes late.
        if (wrong === "net.half-open") world.after(random.between(1_000, 5_000), reset);
        else reset();
        return false;
      }
      last = Math.max(last, world.now + latency(to));
      // Times that should be equal differ by their rounding: whichever comes first brings what was sent first.
      underWay.push(arrive);
      from.after(last - world.now, () => underWay.shift()?.());
      return true;
    };
    const pump = async () => {
      const response = await transport.stream(method, giveUp.signal, undefined, header, input);
      for await (const message of response.message) if (!send(() => inbox.put(message as never))) return;
      send(() => end(() => inbox.end(undefined)));
    };
    const wrong = faults.net(from.name, to.name, ["net.cut", "net.half-open", "net.loses-request"]);
    if (wrong || to.isOver) reset();
    else
      to.after(latency(to), () => {
        pump().catch((error: unknown) => send(() => end(() => inbox.end(error))));
      });
    return Promise.resolve({
      stream: true,
      service: method.parent,
      method,
      header: new Headers(),
      trailer: new Headers(),
      message: inbox,
    } as unknown as StreamResponse);
  }

  return { unary: unary as Transport["unary"], stream: stream as Transport["stream"] };
}
