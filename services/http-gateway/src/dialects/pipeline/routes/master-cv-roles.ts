import type { FastifyInstance } from "fastify";
import { sendJson } from "../../../http/send-json.js";
import type { JsonDocument } from "../../../json/parse-json.js";
import type { PipelineContext } from "../context.js";
import { unavailableAs } from "../errors.js";
import { listRoles, replaceRole, requireRole, roleView, type RoleContent } from "../master-cv/role-documents.js";
import { noteOf, writeVersions } from "../master-cv/versioned-document.js";
import { answers, newRoleParams, roleBody, roleParams } from "../schemas/master-cv.js";

/** The documents of the roles. */
export function masterCvRoleRoutes(app: FastifyInstance, context: PipelineContext): void {
  const tags = ["master-cv"];
  const preValidation = context.access.token;
  const roleIdOf = (params: unknown) => (params as { role_id: string }).role_id;

  app.get(
    "/api/master-cv/roles",
    { preValidation, schema: { tags, summary: "Lists the roles by id.", response: { 200: answers.roles } } },
    async (_, reply) => {
      const roles = await listRoles(context);
      return sendJson(reply, { success: true, roles: roles.map(roleView), count: roles.length });
    },
  );

  app.get(
    "/api/master-cv/roles/:role_id",
    {
      preValidation,
      schema: { tags, summary: "Returns a role.", params: roleParams, response: { 200: answers.role } },
    },
    async (request, reply) => {
      const role = await requireRole(context, roleIdOf(request.params));
      return sendJson(reply, { success: true, role: roleView(role) });
    },
  );

  app.put(
    "/api/master-cv/roles/:role_id",
    {
      preValidation,
      schema: {
        tags,
        summary: "Makes or replaces a role.",
        params: newRoleParams,
        body: roleBody,
        response: { 200: answers.newVersion },
      },
    },
    async (request, reply) => {
      const roleId = roleIdOf(request.params);
      const body = (request.body as JsonDocument).value as RoleContent & Record<string, unknown>;
      const [version] = await writeVersions(context, [replaceRole(roleId, body)], noteOf(body)).catch(
        unavailableAs("MongoDB not connected - cannot update role"),
      );
      return sendJson(reply, { success: true, message: `Role ${roleId} updated`, version });
    },
  );
}
