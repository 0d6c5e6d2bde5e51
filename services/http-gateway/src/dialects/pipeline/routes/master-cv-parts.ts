import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import type { PipelineContext } from "../context.js";
import type { Body } from "../documents/document-store.js";
import { notFound, unavailableAs } from "../errors.js";
import { changeMetadataRole, metadataView, readMetadata, replaceMetadata } from "../master-cv/metadata.js";
import { addSkill, type NewSkill, readTaxonomy, replaceTaxonomy, taxonomyView } from "../master-cv/taxonomy.js";
import { noteOf, writeVersions } from "../master-cv/versioned-document.js";
import {
  answers,
  metadataBody,
  metadataRoleBody,
  newRoleParams,
  skillBody,
  taxonomyBody,
} from "../schemas/master-cv.js";

/** The candidate, the roles that are listed, and the taxonomy of skills: the documents of which there is one. */
export function masterCvPartRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["master-cv"];
  const preValidation = context.access.token;
  const bodyOf = (request: FastifyRequest) => (request.body as JsonDocument).value as Body;

  app.get(
    "/api/master-cv/metadata",
    { preValidation, schema: { tags, summary: "Returns the metadata.", response: { 200: answers.metadata } } },
    async (_, reply) => {
      const metadata = await readMetadata(context);
      if (metadata === undefined) throw notFound("Metadata not found");
      return sendJson(reply, { success: true, metadata: metadataView(metadata) });
    },
  );

  app.put(
    "/api/master-cv/metadata",
    {
      preValidation,
      schema: {
        tags,
        summary: "Replaces candidate and roles.",
        body: metadataBody,
        response: { 200: answers.newVersion },
      },
    },
    async (request, reply) => {
      const body = bodyOf(request);
      const [version] = await writeVersions(context, [replaceMetadata(body)], noteOf(body)).catch(
        unavailableAs("MongoDB not connected - cannot update metadata"),
      );
      return sendJson(reply, { success: true, message: "Metadata updated", version });
    },
  );

  app.put(
    "/api/master-cv/metadata/roles/:role_id",
    {
      preValidation,
      schema: {
        tags,
        summary: "Changes members of one role, or adds it.",
        params: newRoleParams,
        body: metadataRoleBody,
        response: { 200: answers.done },
      },
    },
    async (request, reply) => {
      const { role_id: roleId } = request.params as { role_id: string };
      const { change_summary: summary = `Updated role ${roleId}`, ...members } = bodyOf(request);
      const note = { updatedBy: "user", summary: String(summary) };
      await writeVersions(context, [changeMetadataRole(roleId, members)], note).catch(
        unavailableAs("MongoDB not connected - cannot update role"),
      );
      return sendJson(reply, { success: true, message: `Role ${roleId} updated` });
    },
  );

  app.get(
    "/api/master-cv/taxonomy",
    { preValidation, schema: { tags, summary: "Returns the taxonomy.", response: { 200: answers.taxonomy } } },
    async (_, reply) => {
      const taxonomy = await readTaxonomy(context);
      if (taxonomy === undefined) throw notFound("Taxonomy not found");
      return sendJson(reply, { success: true, taxonomy: taxonomyView(taxonomy) });
    },
  );

  app.put(
    "/api/master-cv/taxonomy",
    {
      preValidation,
      schema: { tags, summary: "Replaces the taxonomy.", body: taxonomyBody, response: { 200: answers.newVersion } },
    },
    async (request, reply) => {
      const body = bodyOf(request);
      const [version] = await writeVersions(context, [replaceTaxonomy(body)], noteOf(body)).catch(
        unavailableAs("MongoDB not connected - cannot update taxonomy"),
      );
      return sendJson(reply, { success: true, message: "Taxonomy updated", version });
    },
  );

  app.post(
    "/api/master-cv/taxonomy/skill",
    {
      preValidation,
      schema: { tags, summary: "Adds a skill to a section.", body: skillBody, response: { 200: answers.done } },
    },
    async (request, reply) => {
      const body = bodyOf(request);
      const skill = body as unknown as NewSkill;
      const place = `${skill.role_category}/${skill.section_name}`;
      const note = { ...noteOf(body), summary: `Added skill '${skill.skill}' to ${place}` };
      await writeVersions(context, [addSkill(skill)], note).catch(
        unavailableAs("MongoDB not connected - cannot add skill"),
      );
      return sendJson(reply, { success: true, message: `Added '${skill.skill}' to ${place}` });
    },
  );
}
