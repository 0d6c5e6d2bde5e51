/** Vectors of texts, behind an OpenAI-compatible `embeddings`. */
export interface Embeddings {
  readonly model: string;
  /** One vector a text, in their order; any number of texts. @throws LlmFailure */
  embed(texts: readonly string[]): Promise<number[][]>;
}
