import type { Listener } from "@switchyard/postgres";
import type { DatabaseLink } from "./connection.js";

/** Who hears of something, by what they do then. */
export type Listeners<News> = Set<(news: News) => void>;

/** A connection that hears of changes; connected again a while after it broke. What was told meanwhile is lost. */
export function createSimListener<News>(
  link: DatabaseLink,
  listeners: Listeners<News>,
  { hear, onReconnect }: { readonly hear: (news: News) => void; readonly onReconnect: () => void },
): Listener {
  let close: (() => void) | undefined;
  let stopped = false;

  function arrive(news: News): void {
    link.life.after(1, () => {
      if (close) hear(news);
    });
  }

  async function connect(): Promise<void> {
    if (close) return;
    await link.run(() => undefined);
    if (stopped || close) return;
    listeners.add(arrive);
    const shut = link.open({ whenBroken: () => void reconnect() });
    close = () => {
      listeners.delete(arrive);
      shut();
      close = undefined;
    };
  }

  async function reconnect(): Promise<void> {
    close?.();
    while (!stopped && !close) {
      await new Promise<void>((resolve) => void link.life.after(link.faults.random.between(50, 500), resolve));
      await connect().catch(() => undefined);
    }
    if (!stopped) onReconnect();
  }

  link.life.whenOver(() => close?.());
  return {
    start: connect,
    stop: () => {
      stopped = true;
      close?.();
      return Promise.resolve();
    },
    get connected() {
      return close !== undefined;
    },
  };
}
