import { SwitchyardError } from "@switchyard/errors";
import { fastify } from "fastify";
import { expect, it } from "vitest";
import { setUpEdge } from "../../../http/dialect-edge.js";
import { createAccess } from "../access.js";
import type { PipelineContext } from "../context.js";
import { edge } from "../errors.js";
import { compileValidator } from "../validation.js";
import { masterCvPartRoutes } from "./master-cv-parts.js";
import { masterCvRoleRoutes } from "./master-cv-roles.js";
import { masterCvVersionRoutes } from "./master-cv-versions.js";

const away = () => Promise.reject(new SwitchyardError("STORAGE_UNAVAILABLE", "the database is away"));
const context = {
  core: { documents: { getDocument: away, listDocuments: away, writeDocuments: away } },
  config: { namespace: "pipeline" },
  access: createAccess({ secret: undefined, environment: "development", annotationsNeedToken: false }),
} as unknown as PipelineContext;

it.each([
  ["PUT", "/metadata", {}, "MongoDB not connected - cannot update metadata"],
  ["PUT", "/metadata/roles/r1", {}, "MongoDB not connected - cannot update role"],
  ["PUT", "/taxonomy", {}, "MongoDB not connected - cannot update taxonomy"],
  [
    "POST",
    "/taxonomy/skill",
    { role_category: "a", section_name: "b", skill: "c" },
    "MongoDB not connected - cannot add skill",
  ],
  ["PUT", "/roles/r1", { markdown_content: "" }, "MongoDB not connected - cannot update role"],
  ["POST", "/rollback/master_cv_metadata/1", {}, "MongoDB not connected - cannot perform rollback"],
] as const)("says in the words of %s %s that the documents are away", async (method, path, body, detail) => {
  const app = fastify();
  setUpEdge(app, edge);
  app.setValidatorCompiler(compileValidator);
  masterCvPartRoutes(app, context);
  masterCvRoleRoutes(app, context);
  masterCvVersionRoutes(app, context);
  const answer = await app.inject({
    method,
    url: `/api/master-cv${path}`,
    headers: { authorization: "Bearer any" },
    payload: JSON.stringify(body),
  });
  expect([answer.statusCode, answer.json()]).toEqual([503, { detail }]);
  await app.close();
});
