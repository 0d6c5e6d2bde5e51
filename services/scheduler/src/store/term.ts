/** The right to write for one shard: every statement carries it, and the fence refuses it once the epoch has risen. */
export interface Term {
  readonly shard: number;
  readonly epoch: number;
}

/** SQLSTATE that the fence raises for a deposed owner. */
export const deposedState = "SW001";
