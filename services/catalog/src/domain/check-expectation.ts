import { isDeepStrictEqual } from "node:util";
import { SwitchyardError } from "@switchyard/errors";
import type { Expectation, WritePlace } from "./document-write.js";
import type { Draft } from "./draft.js";
import { memberAt } from "./member-at.js";

/**
 * Checks what a write expects.
 *
 * @param draft the document before the write; undefined when there is none
 * @param place names the write in the error: `index`, `collection`, `key`
 * @throws SwitchyardError ALREADY_EXISTS, REVISION_MISMATCH (`revision` is the present one, 0 for none) or
 * PRECONDITION_FAILED (`expectation` says which one, `member` where)
 */
export function checkExpectation(expect: Expectation, draft: Draft | undefined, place: WritePlace): void {
  if (expect.absent && draft !== undefined) {
    throw new SwitchyardError("ALREADY_EXISTS", `${place.key} is there already`, {
      ...place,
      revision: String(draft.revision),
      number: String(draft.number),
    });
  }
  if (expect.revision !== undefined && draft?.revision !== expect.revision) {
    const present = draft?.revision ?? 0;
    throw new SwitchyardError("REVISION_MISMATCH", `${place.key} is at revision ${present}`, {
      ...place,
      revision: String(present),
    });
  }
  if (expect.present && draft === undefined) {
    throw new SwitchyardError("PRECONDITION_FAILED", `${place.key} is not there`, {
      ...place,
      expectation: "present",
    });
  }
  for (const [member, expected] of expect.fields) {
    if (draft !== undefined && isDeepStrictEqual(memberAt(draft.value, member) ?? null, expected)) continue;
    throw new SwitchyardError("PRECONDITION_FAILED", `${member} of ${place.key} has another value`, {
      ...place,
      expectation: "fields",
      member,
    });
  }
}
