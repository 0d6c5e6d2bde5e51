import type { HandlerName } from "@switchyard/pipeline-model";
import { scrapeFormAnswers } from "./forms/scrape-form-answers.js";
import { importIndeed } from "./imports/import-indeed.js";
import { importLinkedin } from "./imports/import-linkedin.js";
import { ingestHandler } from "./ingest/ingest.js";
import type { OperationHandler } from "./operation.js";
import { operationHandlers } from "./operations/index.js";
import { jobSearch } from "./search/job-search.js";
import { uploadDrive } from "./upload/upload-drive.js";

/** Who does which work. */
export const handlers: Readonly<Record<HandlerName, OperationHandler>> = {
  ...operationHandlers,
  "scrape-form-answers": scrapeFormAnswers,
  "import-linkedin": importLinkedin,
  "import-indeed": importIndeed,
  "ingest-himalaya": ingestHandler("himalayas"),
  "ingest-indeed": ingestHandler("indeed"),
  "ingest-bayt": ingestHandler("bayt"),
  "job-search": jobSearch,
  "upload-drive": uploadDrive,
};
