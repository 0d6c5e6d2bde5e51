export { createMask, type Mask } from "./mask.js";
export type { MaskStream } from "./mask-stream.js";
export { shortestSecret } from "./secret-forms.js";
