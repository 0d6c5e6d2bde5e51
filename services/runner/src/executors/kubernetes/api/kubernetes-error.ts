/** What the API server says about a call that it refuses (`meta/v1.Status`), or why there is no answer. */
export class KubernetesError extends Error {
  override readonly name = "KubernetesError";
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The server's word for it: `Forbidden`, `NotFound`, `AlreadyExists`, `Expired`, ... */
  readonly reason: string;

  constructor(status: number, reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.reason = reason;
  }

  /** The same call may succeed later: no answer, too many calls, a server in trouble. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** The error of an answer, from its status and body. */
export function errorOfAnswer(status: number, body: string): KubernetesError {
  let said: { readonly reason?: unknown; readonly message?: unknown } = {};
  try {
    said = (JSON.parse(body) ?? {}) as typeof said;
  } catch {
    // A proxy in between answers what it likes.
  }
  const message = typeof said.message === "string" && said.message !== "" ? said.message : `HTTP ${status}`;
  return new KubernetesError(status, typeof said.reason === "string" ? said.reason : "", message);
}

/** Whether an error says that the object is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesError && error.status === 404;
}
