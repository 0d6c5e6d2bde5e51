import type { FinishedRun } from "../runs/run-now.js";
import type { Work } from "../runs/job-spec.js";

/** How a message is written. */
export interface OutreachBody {
  readonly tier?: "fast" | "balanced" | "quality";
  readonly message_type?: "connection" | "inmail";
}

/** The work of writing a message to one contact. */
export function outreachWork(
  postingId: string,
  contact: { readonly list: string; readonly index: number },
  { tier = "balanced", message_type = "connection" }: OutreachBody,
): Work {
  const parameters = { contact_type: contact.list, contact_index: contact.index, message_type };
  return { kind: "outreach", input: { job_id: postingId, tier, parameters } };
}

/** The work of writing a message to every contact of a posting. */
export function outreachBatchWork(
  postingId: string,
  { tier = "balanced", message_type = "connection" }: OutreachBody,
): Work {
  return { kind: "outreach-batch", input: { job_id: postingId, tier, parameters: { message_type } } };
}

/**
 * The answer about a message. Its members stand beside each other, as the old service sent them, and once more in `data`,
 * where its best known client looks for them.
 */
export function outreachView({ runId, result, failure }: Pick<FinishedRun, "runId" | "result" | "failure">): object {
  const success = failure === undefined && result?.success === true;
  const data = success ? (result?.data ?? {}) : {};
  const message = typeof data["message"] === "string" ? data["message"] : "";
  const flat = {
    success,
    message,
    subject: typeof data["subject"] === "string" ? data["subject"] : null,
    char_count: typeof data["char_count"] === "number" ? data["char_count"] : message.length,
    cost_usd: result?.cost_usd ?? 0,
    run_id: runId,
    model_used: result?.model_used ?? null,
    error: success ? null : (failure?.message ?? result?.error ?? "Operation failed"),
  };
  return { ...flat, data: { ...flat, persisted: success } };
}
