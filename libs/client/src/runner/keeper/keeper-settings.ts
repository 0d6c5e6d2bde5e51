import type { MessagePort } from "node:worker_threads";
import type { Address } from "../../client/transports.js";

/** What becomes of a process whose handler keeps its event loop busy after the lease is lost: it ends itself at once, children included where a guardian ends them, or only says so on standard error. */
export type WhenStuck = "kill" | "warn";

/** What a keeper thread begins with. */
export interface KeeperSettings {
  readonly namespace: string;
  readonly address: Address;
  /** Deadline of a call, in milliseconds. */
  readonly timeoutMs: number;
  readonly whenStuck: WhenStuck;
  /** Where runner and thread hear each other. */
  readonly port: MessagePort;
}
