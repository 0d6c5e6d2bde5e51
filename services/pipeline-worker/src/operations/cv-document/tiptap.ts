/** A node of a TipTap document. */
export interface TipTapNode {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly TipTapNode[];
  readonly text?: string;
  readonly marks?: readonly TipTapMark[];
}

/** How a text of a TipTap document is set. */
export interface TipTapMark {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
}

/** A TipTap document. */
export interface TipTapDoc extends TipTapNode {
  readonly type: "doc";
  readonly content: readonly TipTapNode[];
}
