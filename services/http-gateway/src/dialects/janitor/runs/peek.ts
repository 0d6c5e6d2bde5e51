import { randomUUID } from "node:crypto";
import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { JanitorContext } from "../context.js";
import { getCodebase } from "../documents/codebases.js";
import { queueEmpty } from "../errors.js";
import { readItemInput } from "../queue/item-input.js";
import { newestResult, resumeFrom } from "../resume/find-resume.js";
import { assignmentFacts, hostsToExclude } from "./assign.js";
import { assignmentView } from "./assignment.js";
import { profileOf } from "./claim-run.js";

/** Items that are looked at for one that can be worked on. */
const lookedAt = 20;

/**
 * What the next assignment would be, without making it. Its id is nobody's: the next run will have another.
 *
 * @throws JanitorError 503 when there is nothing
 */
export async function peek(context: JanitorContext): Promise<object> {
  const { core, config } = context;
  const profile = profileOf({ codebase: null, campaign: null }, await hostsToExclude(context));
  const call = { namespace: config.namespace, profile, limit: lookedAt, view: JobView.PAYLOADS };
  const { jobs } = await core.jobs.peekJobs(call);
  for (const { serial, spec } of jobs) {
    if (spec === undefined) continue;
    const input = readItemInput(spec.input);
    const item = { campaign: spec.kind, codebase: spec.subject, input, runId: randomUUID(), queueId: Number(serial) };
    const codebase = await getCodebase(context, spec.subject);
    const facts = assignmentFacts(context, item, codebase);
    if ("code" in facts) continue;
    const resume =
      codebase === undefined || input.refresh
        ? undefined
        : await resumeFrom(context, codebase, await newestResult(context, spec.subject, spec.kind));
    return assignmentView({ ...facts, resume });
  }
  throw queueEmpty();
}
