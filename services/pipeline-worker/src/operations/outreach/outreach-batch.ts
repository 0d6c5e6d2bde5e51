import type { Llm } from "../../llm/llm.js";
import type { OperationContext, OperationHandler } from "../../operation.js";
import { type JsonObject, objectOf, textOf } from "../json/values.js";
import { LayerBook, wordsOf } from "../layers/layer-book.js";
import { changePosting } from "../posting/change-posting.js";
import { loadPosting } from "../posting/load-posting.js";
import type { Posting } from "../posting/posting.js";
import { askForMessage } from "./ask-for-message.js";
import { contactLists, type ContactPlace, contactsOf, messageMembers } from "./contact-place.js";
import type { MessageType } from "./message-form.js";
import { type OutreachFacts, outreachFacts } from "./outreach-facts.js";

/** What became of the message to one contact. */
interface BatchEntry {
  readonly type: ContactPlace["list"];
  readonly index: number;
  readonly success: boolean;
  readonly char_count: number;
  readonly error: string | null;
}

/** Writes to every contact of a posting, one after the other. A message that fails does not hold up the others. */
export const outreachBatch: OperationHandler = async (context) => {
  const layers = new LayerBook(context);
  const type = objectOf(context.input.parameters)["message_type"] === "inmail" ? "inmail" : "connection";
  const { posting, llm } = await layers.run(
    "validate",
    "Checking what is needed",
    async () => ({ posting: await loadPosting(context), llm: context.requireLlm() }),
    () => "Ready",
  );
  const facts = await outreachFacts(context, posting);
  const places = contactLists.flatMap((list) =>
    contactsOf(posting.body, list).map((contact, index) => ({ place: { list, index }, contact })),
  );
  const results: BatchEntry[] = [];
  for (const { place, contact } of places) {
    layers.say("generate", "processing", `${results.length + 1} of ${places.length}: ${textOf(contact["name"])}`);
    results.push(await writeOne(context, llm, posting, facts, type, place, contact));
  }
  const generated = results.filter(({ success }) => success).length;
  const failed = results.length - generated;
  layers.say("generate", failed === 0 ? "success" : "warning", `${generated} written, ${failed} failed`);
  return { data: { generated, failed, results } };
};

async function writeOne(
  context: OperationContext,
  llm: Llm,
  { id }: Posting,
  facts: OutreachFacts,
  type: MessageType,
  place: ContactPlace,
  contact: JsonObject,
): Promise<BatchEntry> {
  const where = { type: place.list, index: place.index };
  try {
    const message = await askForMessage(llm, context, type, contact, facts);
    await changePosting(context, id, (body) => messageMembers(body, place, contact, type, message));
    return { ...where, success: true, char_count: message.text.length, error: null };
  } catch (error) {
    context.signal.throwIfAborted();
    return { ...where, success: false, char_count: 0, error: wordsOf(error) };
  }
}
