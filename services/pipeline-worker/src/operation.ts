import type { JobInput, LayerStatus, ModelTier } from "@switchyard/pipeline-model";
import type { DocumentStore } from "./documents/document-store.js";
import type { FileStore } from "./files/file-store.js";
import type { Embeddings } from "./llm/embeddings.js";
import type { Llm } from "./llm/llm.js";
import type { Usage } from "./llm/usage.js";
import type { PageSource } from "./pages/page-source.js";
import type { WorkerSettings } from "./settings.js";

/** What a handler works with. */
export interface OperationContext {
  /** What the job was submitted with. */
  readonly input: JobInput;
  /** The model tier that `input.tier` means; `balanced` where it means none. */
  readonly tier: ModelTier;
  /** The core's id of the job. */
  readonly runId: string;
  /** Aborted when the work shall end; passed on to whatever waits. */
  readonly signal: AbortSignal;
  /** Writes one line of the run's log, which may be a JSON object as text. Secrets are masked. */
  line(text: string): void;
  /** States a named step of the run's progress, and writes its line. */
  layer(key: string, status: LayerStatus, message?: string, metadata?: Readonly<Record<string, unknown>>): void;
  readonly documents: DocumentStore;
  /** Undefined when no LLM is configured. */
  readonly llm: Llm | undefined;
  /** @throws OperationFailure that names the setting when no LLM is configured */
  requireLlm(): Llm;
  /** Undefined when no embedding model is configured. */
  readonly embeddings: Embeddings | undefined;
  /** Tokens and cost of the run so far. Calls of `llm` and `embeddings` add to it by themselves. */
  readonly usage: Usage;
  readonly pages: PageSource;
  readonly files: FileStore;
  readonly settings: WorkerSettings;
}

/** What a handler brings. */
export interface HandlerResult {
  /** Default true. False where the contract answers a failure as a result. */
  readonly success?: boolean;
  /** What the contract's table of operations names. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Words for a result without success. */
  readonly error?: string | null;
  /** Default: the model of the last call of the run, null without one. */
  readonly modelUsed?: string | null;
}

/** Does the work of one operation. */
export type OperationHandler = (context: OperationContext) => Promise<HandlerResult>;

/** What may be said about a failure. */
export interface OperationFailureOptions {
  /** A word for programs; becomes the outcome's label `code`. */
  readonly code?: string;
  /** Further labels of the outcome. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Ends the job FAILED with its words. */
export class OperationFailure extends Error {
  override readonly name = "OperationFailure";
  /** The outcome's labels, `code` among them. */
  readonly labels: Readonly<Record<string, string>>;

  constructor(message: string, { code, labels = {}, cause }: OperationFailureOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.labels = code === undefined ? labels : { ...labels, code };
  }
}
