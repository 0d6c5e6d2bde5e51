import type { Mask, OpenForms } from "@switchyard/masking";
import type { NewEntry } from "../../model/entry.js";
import type { Draft } from "./draft.js";

/** A draft without secrets, and the beginnings of secrets at its end, which the stream's next append may go on with. */
export interface MaskedDraft {
  readonly draft: Draft;
  readonly open: OpenForms;
}

/**
 * Masks what an append adds. The number of entries stays as it is.
 *
 * @param mask made with `withinLines`
 * @param open what the stream's last append has left open
 */
export function maskDraft(mask: Mask, draft: Draft, open: OpenForms): MaskedDraft {
  if (draft.kind === "lines") {
    if (draft.count === 0) return { draft, open };
    const { buffer, byteOffset, length } = draft.bytes;
    const masked = mask.piece(Buffer.from(buffer, byteOffset, length), open, draft.endsOpen === true);
    return { draft: { ...draft, bytes: masked.bytes }, open: masked.open };
  }
  let left = open;
  const entries = draft.entries.map((entry) => {
    const masked = maskEntry(mask, entry, left);
    left = masked.open;
    return masked.entry;
  });
  return { draft: { kind: "entries", entries }, open: left };
}

/** A message is whole; raw bytes may be cut anywhere. */
function maskEntry(
  mask: Mask,
  entry: NewEntry,
  open: OpenForms,
): { readonly entry: NewEntry; readonly open: OpenForms } {
  const fields = entry.fields === undefined ? {} : { fields: mask.bytes(Buffer.from(entry.fields)) };
  const source = mask.text(entry.source);
  if (entry.data === undefined)
    return { entry: { ...entry, ...fields, source, message: mask.text(entry.message) }, open: {} };
  const masked = mask.piece(Buffer.from(entry.data), open, true);
  return { entry: { ...entry, ...fields, source, data: masked.bytes }, open: masked.open };
}
