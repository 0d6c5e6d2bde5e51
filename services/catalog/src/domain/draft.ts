import type { StoredDocument } from "../model/document.js";

/** A document as a batch leaves it so far. */
export class Draft {
  /** 0 until the batch has got numbers for its new documents. */
  number: number;
  revision: number;
  expiresAt: string | null;
  #body: string;
  #value: { readonly parsed: unknown } | undefined;

  constructor(from: StoredDocument) {
    this.number = from.number;
    this.revision = from.revision;
    this.expiresAt = from.expiresAt;
    this.#body = from.body;
  }

  get body(): string {
    return this.#body;
  }

  set body(text: string) {
    this.#body = text;
    this.#value = undefined;
  }

  /** The parsed body. */
  get value(): unknown {
    this.#value ??= { parsed: JSON.parse(this.#body) as unknown };
    return this.#value.parsed;
  }

  /** Tells whether readers can see it at that time. */
  isVisible(at: string): boolean {
    return this.expiresAt === null || this.expiresAt > at;
  }
}
