import type { ConnectError } from "@connectrpc/connect";
import type { RpcCall } from "@switchyard/rpc";

/** Is told of every call, refused ones included. */
export interface CallWatcher {
  /** A call has begun. */
  readonly onBegin?: (call: RpcCall) => void;
  /**
   * A call has ended.
   *
   * @param ms how long it took
   * @param error what the caller gets instead of an answer
   */
  readonly onEnd: (call: RpcCall, ms: number, error: ConnectError | undefined) => void;
}
