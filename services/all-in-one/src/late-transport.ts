import type { Transport } from "@connectrpc/connect";

/** A transport whose target is named later: services in one process call each other in a circle, so one of them has to be built first. */
export interface LateTransport extends Transport {
  /** Names the target; before this, calls fail. */
  connect(target: Transport): void;
}

/** Makes a transport without a target. */
export function createLateTransport(): LateTransport {
  let target: Transport | undefined;
  const connected = (): Transport => {
    if (!target) throw new Error("the services are still being put together");
    return target;
  };
  return {
    unary: (...call) => connected().unary(...call),
    stream: (...call) => connected().stream(...call),
    connect(to) {
      target = to;
    },
  };
}
