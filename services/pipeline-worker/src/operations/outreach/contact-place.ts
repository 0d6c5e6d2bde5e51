import { OperationFailure } from "../../operation.js";
import { type JsonObject, objectsOf } from "../json/values.js";
import type { Message, MessageType } from "./message-form.js";

/** The two lists of contacts of a posting. */
export const contactLists = ["primary", "secondary"] as const;

/** Where a contact stands. */
export interface ContactPlace {
  readonly list: (typeof contactLists)[number];
  readonly index: number;
}

/** The contacts of one list of a posting. */
export function contactsOf(posting: JsonObject, list: ContactPlace["list"]): readonly JsonObject[] {
  return objectsOf(posting[`${list}_contacts`]);
}

/** The contact at a place. @throws OperationFailure with the code `invalid_contact` if there is none */
export function contactAt(posting: JsonObject, { list, index }: ContactPlace): JsonObject {
  const contacts = contactsOf(posting, list);
  const contact = contacts[index];
  if (contact !== undefined) return contact;
  const words = `Contact index ${index} out of range. ${list}_contacts has ${contacts.length} items`;
  throw new OperationFailure(words, { code: "invalid_contact" });
}

/** Reads where a contact stands. @throws OperationFailure with the code `invalid_contact` */
export function readPlace({ contact_type: list, contact_index: index }: JsonObject): ContactPlace {
  if (list !== "primary" && list !== "secondary") {
    const words = `Invalid contact type '${String(list)}'. Must be 'primary' or 'secondary'`;
    throw new OperationFailure(words, { code: "invalid_contact" });
  }
  if (typeof index !== "number" || !Number.isSafeInteger(index)) {
    throw new OperationFailure(`Contact index ${String(index)} is no whole number`, { code: "invalid_contact" });
  }
  return { list, index };
}

/**
 * The members of a posting after a message was written to one of its contacts. The contact is looked for by who it is, since the
 * places of a list shift when one is deleted.
 *
 * @throws OperationFailure when the contact is gone
 */
export function messageMembers(
  posting: JsonObject,
  { list, index }: ContactPlace,
  contact: JsonObject,
  type: MessageType,
  { text, subject }: Message,
): JsonObject {
  const contacts = [...contactsOf(posting, list)];
  const isSame = (other: JsonObject | undefined) =>
    other !== undefined && other["name"] === contact["name"] && other["role"] === contact["role"];
  const at = isSame(contacts[index]) ? index : contacts.findIndex(isSame);
  if (at < 0) throw new OperationFailure("The contact was deleted in the meantime", { code: "invalid_contact" });
  const written =
    type === "connection"
      ? { linkedin_connection_message: text }
      : { linkedin_inmail: text, linkedin_inmail_subject: subject ?? "" };
  contacts[at] = { ...contacts[at], ...written };
  return { [`${list}_contacts`]: contacts };
}
