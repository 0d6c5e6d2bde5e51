import { randomUUID } from "node:crypto";
import { type Reason, reasonOf } from "@switchyard/errors";
import type { Check } from "../examination.js";
import { ok, warn } from "../finding.js";
import { version } from "../../version.js";

/** Answers too: the store was asked, and has no such thing. */
const absent: ReadonlySet<Reason> = new Set<Reason>([
  "JOB_NOT_FOUND",
  "LOG_NOT_FOUND",
  "DOCUMENT_NOT_FOUND",
  "INVALID_ARGUMENT",
]);

async function answers(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!absent.has(reasonOf(error))) throw error;
  }
}

/** Whether logs can be read. */
export const logStoreCheck: Check = {
  name: "log store",
  asks: "logStore",
  async run({ client, settings, timeoutMs }) {
    const request = { namespace: settings.namespace, jobId: randomUUID() };
    await answers(() => client.logs.listLogs(request, { timeoutMs }));
    return [ok("logs can be read")];
  },
};

/** Whether documents can be read. */
export const catalogCheck: Check = {
  name: "catalog",
  asks: "catalog",
  async run({ client, settings, timeoutMs }) {
    const request = { namespace: settings.namespace, collection: "doctor", keys: ["doctor"] };
    await answers(() => client.catalog.batchGetDocuments(request, { timeoutMs }));
    return [ok("documents can be read")];
  },
};

/** Which versions meet here. */
export const versionsCheck: Check = {
  name: "versions",
  asks: "scheduler",
  async run({ client, timeoutMs }) {
    const status = await client.jobs.getStatus({}, { timeoutMs });
    const text = `this program ${version}, scheduler ${status.version || "unknown"}`;
    const same = status.version.split(".", 1)[0] === version.split(".", 1)[0];
    return [same ? ok(text) : warn(text, "Use a program of the services' major version.")];
  },
};
