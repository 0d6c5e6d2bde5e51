import { answer, anyObject, body, flag, listOf, text } from "./common.js";
import { nullableText, successWith, whole, wholeText } from "./shapes.js";

/** Path of one contact. */
export const contactParams = body({ job_id: text, contact_type: text, contact_index: wholeText }, [
  "job_id",
  "contact_type",
  "contact_index",
]);

/** Body of an addition. */
export const contactsBody = body(
  {
    contacts: {
      type: "array",
      minItems: 1,
      items: body(
        {
          name: { type: "string", minLength: 1 },
          role: { type: "string", minLength: 1 },
          linkedin_url: { type: "string", pattern: "[Ll][Ii][Nn][Kk][Ee][Dd][Ii][Nn]\\.[Cc][Oo][Mm]" },
          contact_type: {
            type: "string",
            enum: ["hiring_manager", "recruiter", "vp_director", "executive", "team_member", "peer"],
            default: "peer",
          },
          why_relevant: { type: "string", default: "" },
          primary: { type: "boolean", default: true },
          is_synthetic: { type: "boolean", default: false },
        },
        ["name", "role", "linkedin_url"],
      ),
    },
  },
  ["contacts"],
);

/** Body of a message that shall be written. */
export const outreachBody = body({
  tier: { type: "string", enum: ["fast", "balanced", "quality"], default: "balanced" },
  message_type: { type: "string", enum: ["connection", "inmail"], default: "connection" },
});

const contact = answer({
  name: text,
  role: text,
  linkedin_url: text,
  contact_type: text,
  why_relevant: text,
  is_synthetic: flag,
  linkedin_connection_message: nullableText,
  linkedin_inmail: nullableText,
  email_body: nullableText,
});

/** The contacts of a posting. */
export const contactLists = answer({
  primary_contacts: listOf(contact),
  secondary_contacts: listOf(contact),
  total: whole,
});

/** How many contacts were added. */
export const contactsAdded = successWith({
  added_count: whole,
  primary_added: whole,
  secondary_added: whole,
  errors: listOf(text),
});

/** A contact is gone. */
export const contactRemoved = successWith({ message: text });

/** A message that was written. */
export const outreachAnswer = successWith({
  message: text,
  subject: nullableText,
  char_count: whole,
  cost_usd: { type: "number" },
  run_id: text,
  model_used: nullableText,
  error: nullableText,
  data: anyObject,
});
