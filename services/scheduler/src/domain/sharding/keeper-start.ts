import { SwitchyardError } from "@switchyard/errors";

/** The start of a keeper, which ends when every shard has an owner. */
export interface KeeperStart {
  /** Settles once. */
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Creates a start that has not ended. */
export function createKeeperStart(): KeeperStart {
  let resolve: KeeperStart["resolve"] = () => undefined;
  let reject: KeeperStart["reject"] = () => undefined;
  const promise = new Promise<void>((onStarted, onFailed) => {
    resolve = onStarted;
    reject = onFailed;
  });
  // Whoever waits for it is told; nobody may.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** The error of a start that a stop has overtaken. */
export function stoppedBefore(): SwitchyardError {
  return new SwitchyardError("SHUTTING_DOWN", "stopped before every shard had an owner");
}
