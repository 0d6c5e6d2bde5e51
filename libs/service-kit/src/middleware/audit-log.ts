import type { DescMethod } from "@bufbuild/protobuf";
import { trace } from "@opentelemetry/api";
import { Code, type ConnectError } from "@connectrpc/connect";
import { reasonOf } from "@switchyard/errors";
import { type RpcCall, readRequestHeader } from "@switchyard/rpc";
import { contextBelow } from "@switchyard/tracing";
import { findPrincipal } from "../auth/principal.js";
import { nameOf, requirementOf, type ScopeTable } from "../auth/scope-table.js";
import { namesIn } from "./audit-names.js";
import type { AuditSink } from "./audit-sink.js";
import type { CallWatcher } from "./call-watcher.js";
import { requestIdOf } from "./request-id.js";
import { createTokenBucket } from "./token-bucket.js";

/** Which calls are administrative beside those that need scope `admin`, and which of those are not. */
export interface AuditedMethods {
  /** Further methods, `package.Service/Method`: those that hand out credentials to lesser scopes. */
  readonly also?: readonly string[];
  /** Methods of scope `admin` that services call by themselves, as often as jobs run, and nobody decides about. */
  readonly routine?: readonly string[];
}

/** What {@link createAuditLog} needs. */
export interface AuditLogOptions extends AuditedMethods {
  readonly scopes: ScopeTable;
  readonly sink: AuditSink;
}

/** Lines a second about callers that nobody recognised; their floods must not fill the disk. */
const strangersPerSecond = 10;

/** Tells whether calls of a method are administrative acts: all that need scope `admin`, unless something else is said. */
export function isAudited(method: DescMethod, scopes: ScopeTable, { also, routine }: AuditedMethods = {}): boolean {
  const name = nameOf(method);
  if (also?.includes(name) === true) return true;
  return requirementOf(method, scopes) === "admin" && routine?.includes(name) !== true;
}

/**
 * Writes one line per administrative act before it is answered, refused ones included: who, what, which things, how it ended.
 * Of the request only names and ids are written, never payloads or secrets; of the answer nothing.
 */
export function createAuditLog({ scopes, sink, ...methods }: AuditLogOptions): CallWatcher {
  const audited = new Map<DescMethod, boolean>();
  const strangers = createTokenBucket({ perSecond: strangersPerSecond });
  let unwritten = 0;
  return {
    onEnd(call, _, error) {
      const { method } = call;
      const isAct = audited.get(method) ?? isAudited(method, scopes, methods);
      audited.set(method, isAct);
      if (!isAct) return;
      if (findPrincipal(call.context) === undefined && strangers.take() > 0) {
        unwritten += 1;
        return;
      }
      sink({ ...fieldsOf(call, error), ...(unwritten > 0 ? { unwrittenBefore: unwritten } : {}) });
      unwritten = 0;
    },
  };
}

function fieldsOf({ method, context, request }: RpcCall, error: ConnectError | undefined) {
  const { namespace, ids } = namesIn(method.input, request);
  return {
    principal: findPrincipal(context)?.name,
    method: nameOf(method),
    namespace,
    ids,
    outcome: error === undefined ? "OK" : (Code[error.code] as string),
    reason: error === undefined ? undefined : reasonOf(error),
    requestId: requestIdOf(context) || undefined,
    traceId: traceIdOf(context),
  };
}

/** The trace of the call; without an SDK that makes spans, the caller's. */
function traceIdOf(context: RpcCall["context"]): string | undefined {
  const span = trace.getActiveSpan() ?? trace.getSpan(contextBelow(readRequestHeader(context, "traceparent")));
  return span?.spanContext().traceId;
}
