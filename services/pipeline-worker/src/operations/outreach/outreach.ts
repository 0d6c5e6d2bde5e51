import type { OperationHandler } from "../../operation.js";
import { objectOf, textOf } from "../json/values.js";
import { LayerBook } from "../layers/layer-book.js";
import { changePosting } from "../posting/change-posting.js";
import { loadPosting } from "../posting/load-posting.js";
import { companyOf } from "../posting/posting.js";
import { askForMessage } from "./ask-for-message.js";
import { contactAt, messageMembers, readPlace } from "./contact-place.js";
import { outreachFacts } from "./outreach-facts.js";

/** Writes a message to one contact of a posting, and keeps it with the contact. */
export const outreach: OperationHandler = async (context) => {
  const layers = new LayerBook(context);
  const parameters = objectOf(context.input.parameters);
  const type = parameters["message_type"] === "inmail" ? "inmail" : "connection";
  const { posting, place, llm } = await layers.run(
    "validate",
    "Checking what is needed",
    async () => ({ posting: await loadPosting(context), place: readPlace(parameters), llm: context.requireLlm() }),
    (checked) => `Job at ${companyOf(checked.posting)}`,
  );
  const contact = await layers.run(
    "contact",
    "Looking for the contact",
    () => contactAt(posting.body, place),
    (found) => `${textOf(found["name"])}, ${textOf(found["role"])}`,
  );
  const message = await layers.run(
    "generate",
    "Writing the message",
    async () => askForMessage(llm, context, type, contact, await outreachFacts(context, posting)),
    ({ text }) => `${text.length} characters`,
  );
  await layers.run(
    "save",
    "Saving the message",
    () => changePosting(context, posting.id, (body) => messageMembers(body, place, contact, type, message)),
    () => "Message saved",
  );
  return { data: { message: message.text, subject: message.subject, char_count: message.text.length } };
};
