import { Code, ConnectError } from "@connectrpc/connect";
import { catalogue, errorInfo, fromConnectError, type Reason, type SwitchyardError } from "@switchyard/errors";
import { printable } from "./printable.js";

/** A failed call in all that a person or a program wants to know of it. */
export interface CallFailure {
  readonly reason: Reason;
  readonly message: string;
  readonly help: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** The id under which the services log the call; undefined when none got it. */
  readonly requestId: string | undefined;
}

/**
 * Describes a caught error of a call.
 *
 * @param requestId the id that the call carried
 */
export function describeFailure(error: unknown, requestId?: string): CallFailure {
  const known = fromConnectError(error);
  const lost = lostConnection(known);
  return {
    reason: known.reason,
    message: lost ?? known.message,
    help: lost === undefined ? catalogue[known.reason].help : "Check --address; switchyard doctor says more.",
    metadata: known.metadata,
    requestId: lost === undefined ? requestId : undefined,
  };
}

/** The lines that people get. */
export function failureText({ reason, message, help, requestId }: CallFailure): string {
  const id = requestId === undefined ? "" : `  request id: ${printable(requestId)}\n`;
  return `error: ${reason}: ${printable(message)}\n  ${help}\n${id}`;
}

/** What the operating system said, without the words that the layers of gRPC put around it. Undefined when a service answered. */
function lostConnection({ cause }: SwitchyardError): string | undefined {
  if (!(cause instanceof ConnectError) || cause.code !== Code.Unavailable || errorInfo(cause) !== undefined)
    return undefined;
  return /connect E[A-Z]+ \S+(?=\.)/.exec(cause.rawMessage)?.[0];
}
