/** The channel on which replicas tell each other what has changed; the schema's functions name it too. */
export const changesChannel = "switchyard_logs";

/** What a replica has changed. */
export interface ChangeNotice {
  /** Who changed it. */
  readonly replica: string;
  /** The streams and jobs were too many to name: anything may have changed. */
  readonly everything: boolean;
  /** Ids of streams that grew. */
  readonly streamIds: readonly number[];
  /** Jobs of which streams were made, sealed or deleted: namespace and id. */
  readonly jobs: readonly (readonly [namespace: string, jobId: string])[];
}

/** Reads the payload of a notification. One that cannot be read counts as "anything may have changed". */
export function parseNotice(payload: string): ChangeNotice {
  try {
    const notice = JSON.parse(payload) as {
      replica?: string;
      everything?: boolean;
      streams?: number[] | null;
      jobs?: [string, string][] | null;
    };
    return {
      replica: notice.replica ?? "",
      everything: notice.everything === true,
      streamIds: notice.streams ?? [],
      jobs: notice.jobs ?? [],
    };
  } catch {
    return { replica: "", everything: true, streamIds: [], jobs: [] };
  }
}
