/** What is read of every object. Times are RFC 3339, as the API server writes them. */
export interface ObjectView {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    /** When its deletion will be forced; set once somebody has deleted it. */
    readonly deletionTimestamp?: string;
    /** In seconds. */
    readonly deletionGracePeriodSeconds?: number;
  };
}

/** A condition of a Job or a pod. */
export interface ConditionView {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
}

/** What is read of a Job. */
export interface JobView extends ObjectView {
  readonly status?: { readonly conditions?: readonly ConditionView[] };
}

/** How a container ended. */
export interface TerminatedView {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason?: string;
  /** The termination message. */
  readonly message?: string;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
}

/** What is read of a pod. */
export interface PodView extends ObjectView {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly ConditionView[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly state?: {
        readonly waiting?: { readonly reason?: string; readonly message?: string };
        readonly running?: object;
        readonly terminated?: TerminatedView;
      };
    }[];
  };
}
