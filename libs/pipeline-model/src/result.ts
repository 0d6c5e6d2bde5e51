/** The result of every operation, as JSON. An operation that went wrong ends its job FAILED with the words as message. */
export interface OperationResult {
  readonly success: boolean;
  /** What the contract's table of operations names. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly cost_usd: number;
  readonly duration_ms: number;
  readonly error: string | null;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly model_used: string | null;
}
