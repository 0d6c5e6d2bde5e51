import { isJsonObject } from "../../../json/parse-json.js";
import type { Body } from "../documents/document-store.js";
import { badRequest } from "../errors.js";

/** The two lists of contacts that a posting has. */
const contactLists = ["primary", "secondary"] as const;

/** A list of contacts. */
export type ContactList = (typeof contactLists)[number];

/** A contact as a caller adds it. */
export interface NewContact {
  readonly name: string;
  readonly role: string;
  readonly linkedin_url: string;
  readonly contact_type?: string;
  readonly why_relevant?: string;
  readonly primary?: boolean;
  readonly is_synthetic?: boolean;
}

/** The member of a posting that holds a list. */
export const memberOf = (list: ContactList) => `${list}_contacts` as const;

/** The list that a path names. @throws PipelineError 400 */
export function contactListOf(word: string): ContactList {
  if (word === "primary" || word === "secondary") return word;
  throw badRequest(`Invalid contact type '${word}'. Must be 'primary' or 'secondary'`);
}

/** The contacts of a posting's list; what is no contact at all is passed over. */
export function contactsOf(posting: Body, list: ContactList): readonly Body[] {
  const contacts = posting[memberOf(list)];
  return Array.isArray(contacts) ? contacts.filter(isJsonObject) : [];
}

/** The contact at an index. @throws PipelineError 400 where there is none */
export function contactAt(posting: Body, list: ContactList, index: number): Body {
  const contacts = contactsOf(posting, list);
  const contact = index < 0 ? undefined : contacts[index];
  if (contact !== undefined) return contact;
  const text = `Contact index ${index} out of range. ${memberOf(list)} has ${contacts.length} items`;
  throw badRequest(text);
}

/** A contact in answers. */
export function contactView(contact: Body): object {
  const text = (name: string, otherwise: string) => {
    const value = contact[name];
    return typeof value === "string" ? value : otherwise;
  };
  const message = (name: string) => (typeof contact[name] === "string" ? contact[name] : null);
  return {
    name: text("name", text("contact_name", "Unknown")),
    role: text("role", text("contact_role", "Unknown")),
    linkedin_url: text("linkedin_url", ""),
    contact_type: text("contact_type", "peer"),
    why_relevant: text("why_relevant", ""),
    is_synthetic: contact["is_synthetic"] === true,
    linkedin_connection_message: message("linkedin_connection_message"),
    linkedin_inmail: message("linkedin_inmail"),
    email_body: message("email_body"),
  };
}

/** A new contact as it is kept, with room for the messages that are written later. */
export function storedContact(contact: NewContact): Body {
  return {
    name: contact.name,
    role: contact.role,
    linkedin_url: contact.linkedin_url.trim(),
    contact_type: contact.contact_type ?? "peer",
    why_relevant: contact.why_relevant ?? "",
    is_synthetic: contact.is_synthetic ?? false,
    recent_signals: [],
    linkedin_connection_message: "",
    linkedin_inmail_subject: "",
    linkedin_inmail: "",
    email_subject: "",
    email_body: "",
    reasoning: "",
    already_applied_frame: "adding_context",
    linkedin_message: "",
  };
}
