import type { Migration } from "@switchyard/postgres";

/** Narrower rows of what every job leaves behind: words of a closed set are enumerated, and times that nobody has set are null. */
export const narrowRows: Migration = {
  name: "0003-narrow-rows",
  up: `
    create type final_state as enum ('SUCCEEDED', 'FAILED', 'TIMED_OUT', 'CANCELLED');
    create type ended_attempt_state as enum ('SUCCEEDED', 'FAILED', 'TIMED_OUT', 'CANCELLED', 'LOST', 'RELEASED');
    create type end_reason as enum ('REPORTED', 'LEASE_LOST', 'EXECUTION_TIMEOUT', 'NOT_STARTED', 'CANCELLED', 'PARENT', 'CLOSED');
    create type outcome_kind as enum ('SUCCEEDED', 'FAILED', 'RELEASED', 'CANCELLED', 'TIMED_OUT');

    alter table outcomes
      alter column state type ended_attempt_state using state::ended_attempt_state,
      alter column job_state type final_state using job_state::final_state,
      alter column reason drop not null,
      alter column reason type end_reason using nullif(reason, '')::end_reason, -- null while the job goes on
      alter column kind type outcome_kind using kind::outcome_kind;

    alter table leases
      alter column started_ms drop not null,
      alter column execution_deadline_ms drop not null;
    update leases set started_ms = nullif(started_ms, 0), execution_deadline_ms = nullif(execution_deadline_ms, 0);
  `,
};
