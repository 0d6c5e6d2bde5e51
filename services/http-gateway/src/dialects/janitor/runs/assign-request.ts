import { badRequest } from "../errors.js";
import type { AssignRequest } from "./claim-run.js";
import type { Backchannel } from "./claim-info.js";

/** The body of a call for work, after the check of its members' types. */
export interface AssignBody {
  readonly worker?: string | null;
  readonly node?: string | null;
  readonly worker_link?: string | null;
  readonly backchannel?: { readonly kind?: Backchannel["kind"]; readonly url?: string } | null;
  readonly codebase?: string | null;
  readonly campaign?: string | null;
  readonly exclude_hosts?: readonly string[] | null;
}

/**
 * What a worker asks for.
 *
 * @param caller the worker that has logged in; undefined on the private side, where the body says who asks
 * @throws JanitorError 400 for a backchannel that is no URL
 */
export function assignRequestOf(body: AssignBody, caller: string | undefined): AssignRequest {
  return {
    worker: caller ?? nameOf(body.worker) ?? nameOf(body.node),
    workerLink: body.worker_link ?? null,
    backchannel: backchannelOf(body.backchannel),
    codebase: nameOf(body.codebase),
    campaign: nameOf(body.campaign),
  };
}

function nameOf(text: string | null | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}

function backchannelOf(given: AssignBody["backchannel"]): Backchannel | null {
  if (given?.url === undefined || given.kind === undefined) return null;
  if (!URL.canParse(given.url) || !/^https?:$/.test(new URL(given.url).protocol)) {
    throw badRequest(`invalid backchannel url: ${given.url}`);
  }
  return { kind: given.kind, url: given.url };
}
