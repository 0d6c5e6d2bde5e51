import type { Admission } from "./admit.js";
import type { SerialMark } from "./bucket-index.js";
import type { JobShape, LiveAttempt, OpenJob, ShapeSpec } from "./model.js";
import type { Namespace } from "./namespace.js";
import type { EndedFacts } from "./reuse.js";
import type { AmendRecord, CoreEvent, JobBody } from "./writes.js";

/** What is being put together about the items of one call, before it is written. */
export interface Batch {
  readonly now: number;
  readonly space: Namespace;
  readonly facts: EndedFacts;
  readonly jobs: { readonly job: OpenJob; readonly body: JobBody }[];
  /** One for each job that the call changes, however often it does. */
  readonly amends: Map<OpenJob, AmendRecord>;
  readonly shapes: { readonly space: Namespace; readonly shape: JobShape }[];
  /** Buckets of which these may be the first jobs. */
  readonly marks: Set<SerialMark>;
  /** The last shape that was looked up, and by what. */
  last: { readonly spec: ShapeSpec; readonly shape: JobShape } | undefined;
  readonly attempts: LiveAttempt[];
  readonly events: CoreEvent[];
  readonly admissions: Admission[];
}
