/** The input of every job of the namespace, as JSON. Members that an operation does not use are left out. */
export interface JobInput {
  /** The posting, 24 hexadecimal digits; absent where the work is about none. As the caller sent it: it may not exist. */
  readonly job_id?: string;
  /** The operation as the wire shows it; equals the job's kind. */
  readonly operation: string;
  /** A model tier; of a pipeline run the processing tier as sent. */
  readonly tier?: string;
  readonly force_refresh?: boolean;
  readonly use_llm?: boolean;
  readonly use_annotations?: boolean;
  readonly auto_annotate?: boolean;
  readonly auto_persona?: boolean;
  /** Of a pipeline run. */
  readonly profile_ref?: string | null;
  /** Of a pipeline run. */
  readonly source?: string | null;
  /** What an operation needs beside these; see the handler of the worker. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}
