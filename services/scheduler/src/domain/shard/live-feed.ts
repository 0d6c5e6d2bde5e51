import type { LiveAttempt } from "../core/model.js";
import type { Namespace } from "../core/namespace.js";

/** Something that is told to whoever watches now, and neither numbered nor kept. */
export type LiveNews =
  | { readonly type: "PROGRESS"; readonly space: Namespace; readonly attempt: LiveAttempt; readonly at: number }
  | {
      readonly type: "RUNNER_ONLINE" | "RUNNER_OFFLINE";
      readonly space: Namespace;
      readonly runnerId: string;
      readonly at: number;
    };

/** Feeds live news to watchers. */
export class LiveFeed {
  readonly #subscribers = new Set<(news: LiveNews) => void>();

  /** Tells everybody. */
  publish(news: LiveNews): void {
    for (const subscriber of this.#subscribers) subscriber(news);
  }

  /** Calls back with all news from now on; returns how to stop. The callback must not throw. */
  subscribe(subscriber: (news: LiveNews) => void): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }
}
