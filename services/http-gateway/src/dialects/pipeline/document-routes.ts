import type { FastifyInstance } from "fastify";
import type { PipelineContext } from "./context.js";
import { annotationRoutes } from "./routes/annotations.js";
import { contactRoutes } from "./routes/contacts.js";
import { cvEditorRoutes } from "./routes/cv-editor.js";
import { fileRoutes } from "./routes/files.js";
import { importRoutes } from "./routes/imports.js";
import { ingestRoutes } from "./routes/ingest.js";
import { masterCvPartRoutes } from "./routes/master-cv-parts.js";
import { masterCvRoleRoutes } from "./routes/master-cv-roles.js";
import { masterCvVersionRoutes } from "./routes/master-cv-versions.js";
import { masterCvWholeRoutes } from "./routes/master-cv-whole.js";
import { outreachRoutes } from "./routes/outreach.js";
import { postingDocumentRoutes } from "./routes/posting-document.js";
import { searchRoutes } from "./routes/search.js";
import { searchIndexRoutes } from "./routes/search-index.js";

/** The endpoints about documents, and those that import, search and write them. */
export function documentRoutes(app: FastifyInstance, context: PipelineContext): void {
  importRoutes(app, context);
  ingestRoutes(app, context);
  searchRoutes(app, context);
  searchIndexRoutes(app, context);
  contactRoutes(app, context);
  outreachRoutes(app, context);
  masterCvPartRoutes(app, context);
  masterCvRoleRoutes(app, context);
  masterCvVersionRoutes(app, context);
  masterCvWholeRoutes(app, context);
  cvEditorRoutes(app, context);
  annotationRoutes(app, context);
  postingDocumentRoutes(app, context);
  fileRoutes(app, context);
}
