/** Tokens and cost of a run, summed over its calls. */
export class Usage {
  inputTokens = 0;
  outputTokens = 0;
  costUsd = 0;
  /** The model of the last call. */
  model: string | null = null;

  /** Adds one call. */
  add(call: {
    readonly model: string;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly costUsd: number;
  }): void {
    this.inputTokens += call.inputTokens;
    this.outputTokens += call.outputTokens;
    this.costUsd += call.costUsd;
    this.model = call.model;
  }
}
