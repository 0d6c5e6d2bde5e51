import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import { contactListOf, contactsOf, contactView, type NewContact } from "../contacts/contact.js";
import { addContacts, removeContact } from "../contacts/contact-store.js";
import { jobIdOf, type PipelineContext } from "../context.js";
import { requirePosting } from "../documents/posting.js";
import { postingParams } from "../schemas/common.js";
import { contactLists, contactParams, contactRemoved, contactsAdded, contactsBody } from "../schemas/contacts.js";

/** The contact that a path names: the word of its list as it was written, and its index. */
export function contactOf(request: FastifyRequest): { readonly list: string; readonly index: number } {
  const { contact_type: list, contact_index: index } = request.params as {
    contact_type: string;
    contact_index: string;
  };
  return { list, index: Number(index) };
}

/** The contacts of a posting. */
export function contactRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["contacts"];
  const preValidation = context.access.token;

  app.get(
    "/api/jobs/:job_id/contacts",
    {
      preValidation,
      schema: {
        tags,
        summary: "Lists the contacts of a posting.",
        params: postingParams,
        response: { 200: contactLists },
      },
    },
    async (request, reply) => {
      const { body } = await requirePosting(context, jobIdOf(request));
      const primary = contactsOf(body, "primary").map(contactView);
      const secondary = contactsOf(body, "secondary").map(contactView);
      return sendJson(reply, {
        primary_contacts: primary,
        secondary_contacts: secondary,
        total: primary.length + secondary.length,
      });
    },
  );

  app.post(
    "/api/jobs/:job_id/contacts",
    {
      preValidation,
      schema: {
        tags,
        summary: "Adds contacts.",
        params: postingParams,
        body: contactsBody,
        response: { 200: contactsAdded },
      },
    },
    async (request, reply) => {
      const { contacts } = (request.body as JsonDocument).value as { contacts: NewContact[] };
      const { primary, secondary } = await addContacts(context, jobIdOf(request), contacts);
      return sendJson(reply, {
        success: true,
        added_count: primary + secondary,
        primary_added: primary,
        secondary_added: secondary,
        errors: [],
      });
    },
  );

  app.delete(
    "/api/jobs/:job_id/contacts/:contact_type/:contact_index",
    {
      preValidation,
      schema: {
        tags,
        summary: "Removes a contact; those behind it move up.",
        params: contactParams,
        response: { 200: contactRemoved },
      },
    },
    async (request, reply) => {
      const { list, index } = contactOf(request);
      const name = await removeContact(context, jobIdOf(request), () => contactListOf(list), index);
      return sendJson(reply, { success: true, message: `Deleted contact '${name}'` });
    },
  );
}
