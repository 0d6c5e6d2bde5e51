import { collections } from "@switchyard/pipeline-model";
import {
  type Body,
  type DocumentContext,
  expectationOf,
  patchWrite,
  untilAlone,
  writeDocuments,
} from "../documents/document-store.js";
import { naiveNow } from "../time-text.js";
import { requirePosting } from "../documents/posting.js";
import { type ContactList, contactAt, contactsOf, memberOf, type NewContact, storedContact } from "./contact.js";

/** How many contacts were added to each list. */
export interface AddedContacts {
  readonly primary: number;
  readonly secondary: number;
}

/** Adds contacts to the ends of a posting's lists. Nobody's contacts are lost when several add at once. */
export async function addContacts(
  context: DocumentContext,
  postingId: string,
  added: readonly NewContact[],
): Promise<AddedContacts> {
  const ofList = (list: ContactList) =>
    added.filter(({ primary = true }) => primary === (list === "primary")).map(storedContact);
  const [primary, secondary] = [ofList("primary"), ofList("secondary")];
  await changePosting(context, postingId, (posting) => ({
    [memberOf("primary")]: [...contactsOf(posting, "primary"), ...primary],
    [memberOf("secondary")]: [...contactsOf(posting, "secondary"), ...secondary],
  }));
  return { primary: primary.length, secondary: secondary.length };
}

/** Removes the contact at an index; those behind it move up. Answers with its name. @throws PipelineError 400 where there is none */
export async function removeContact(
  context: DocumentContext,
  postingId: string,
  listOf: () => ContactList,
  index: number,
): Promise<string> {
  let name: unknown;
  await changePosting(context, postingId, (posting) => {
    const list = listOf();
    ({ name = "Unknown" } = contactAt(posting, list, index));
    return { [memberOf(list)]: contactsOf(posting, list).filter((_, at) => at !== index) };
  });
  return String(name);
}

/** Changes members of a posting on the revision that was read, so that an index means what the caller saw at that moment. */
function changePosting(context: DocumentContext, id: string, patchOf: (posting: Body) => Body): Promise<void> {
  return untilAlone(async () => {
    const posting = await requirePosting(context, id);
    const patch = { ...patchOf(posting.body), updatedAt: naiveNow() };
    await writeDocuments(context, [patchWrite(collections.level2, posting.key, patch, expectationOf(posting))]);
  });
}
