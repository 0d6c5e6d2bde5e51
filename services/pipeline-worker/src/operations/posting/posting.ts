import type { DeclaredCollection } from "@switchyard/pipeline-model";
import type { JsonObject } from "../json/values.js";
import { firstText } from "../json/values.js";

/** A posting that is worked on. */
export interface Posting {
  /** 24 hexadecimal digits. */
  readonly id: string;
  readonly collection: DeclaredCollection;
  readonly body: JsonObject;
}

/** What the posting is called; empty if it is not said. */
export function titleOf({ body }: Posting): string {
  return firstText(body, "title", "job_title").trim();
}

/** Who offers the job; empty if it is not said. */
export function companyOf({ body }: Posting): string {
  return firstText(body, "company", "company_name", "firm").trim();
}
