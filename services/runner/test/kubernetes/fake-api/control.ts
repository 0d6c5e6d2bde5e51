import type { ServerResponse } from "node:http";
import type { Controllers } from "./controllers.js";
import type { Kubelet } from "./kubelet.js";
import { type Pod, Refusal } from "./objects.js";
import type { Store } from "./store.js";
import type { OpenStreams } from "./streams.js";

/** What a test may ask of the server beside the API. */
export interface ControlDeps {
  readonly store: Store;
  readonly kubelet: Kubelet;
  readonly controllers: Controllers;
  readonly open: OpenStreams;
  /** Refuses connections for so long, in milliseconds. */
  readonly goAway: (ms: number) => void;
  /** `verb resource` of calls that are refused. */
  readonly forbidden: Set<string>;
  /** `verb resource` of all calls so far. */
  readonly used: Set<string>;
}

type Orders = Readonly<Record<string, unknown>>;

/** Obeys one order; answers what it is asked for. */
export function obey(action: string, orders: Orders, deps: ControlDeps): unknown {
  const { store, kubelet, controllers, open } = deps;
  const pod = () => {
    const found = store.find("pods", String(orders["pod"]));
    if (found === undefined) throw new Refusal(404, "NotFound", `pods "${orders["pod"]}" not found`);
    return found as Pod;
  };
  switch (action) {
    case "dump":
      return {
        jobs: store.list("jobs"),
        pods: store.list("pods"),
        secrets: store.list("secrets"),
        used: [...deps.used],
      };
    case "cut-logs":
      return breakOff(open, open.logs, "2026-01-01T00:00:00.0000000");
    case "cut-watches":
      return breakOff(open, open.watches, '{"type":"MODI');
    case "expire":
      store.compact();
      return breakOff(open, open.watches, "");
    case "away":
      deps.goAway(Number(orders["ms"]));
      return {};
    case "forbid":
      deps.forbidden.add(String(orders["call"]));
      return {};
    case "allow":
      deps.forbidden.clear();
      return {};
    case "oom":
      kubelet.kill(pod(), "OOMKilled");
      return {};
    case "evict": {
      const message = "The node was low on resource: memory.";
      const { status } = pod();
      status.reason = "Evicted";
      status.message = message;
      status.conditions = [
        ...(status.conditions ?? []),
        { type: "DisruptionTarget", status: "True", reason: "TerminationByKubelet", message },
      ];
      kubelet.kill(pod(), "Error");
      return {};
    }
    case "lose-node":
      kubelet.loseNode(pod());
      return {};
    case "delete-pod":
      controllers.remove("pods", pod(), {});
      return {};
    case "forget-pod":
      controllers.remove("pods", pod(), { gracePeriodSeconds: 0 });
      return {};
    case "create-pod":
      return store.create("pods", "jobs", orders["object"] as Pod);
    default:
      throw new Refusal(404, "NotFound", action);
  }
}

/** In the middle of a line, as connections break. */
function breakOff({ broken }: OpenStreams, streams: Set<ServerResponse>, rest: string): { broken: number } {
  const whole = [...streams].filter((stream) => !broken.has(stream));
  for (const stream of whole) {
    broken.add(stream);
    if (rest !== "") stream.write(rest);
    setTimeout(() => stream.destroy(), 5);
  }
  return { broken: whole.length };
}
