export { createMask, type Mask, type MaskOptions } from "./mask.js";
export type { MaskedPiece, OpenForms } from "./mask-piece.js";
export type { MaskStream } from "./mask-stream.js";
export { shortestSecret } from "./secret-forms.js";
