import type { DescMethod } from "@bufbuild/protobuf";
import type grpc from "@grpc/grpc-js";
import { CallContext, callCancelled, deadlineExceeded } from "../call-context.js";
import { MetadataHeaders } from "../metadata.js";

/** What all four kinds of server calls of grpc-js have in common. */
export interface ServerCall {
  readonly metadata: grpc.Metadata;
  getDeadline(): grpc.Deadline;
  sendMetadata(metadata: grpc.Metadata): void;
  on(event: "cancelled", listener: () => void): unknown;
}

/** The calls of one server that are in flight. */
export interface GrpcCalls {
  /** Makes the context of a call, aborted when its caller goes, its deadline passes or the server drains. */
  open(method: DescMethod, call: ServerCall, onGone?: () => void): CallContext;
  /** Forgets a call that has been answered. */
  close(context: CallContext): void;
  /** Aborts every call, and each one that still comes in on an old connection. */
  abortAll(reason: unknown): void;
  /** How many there are. */
  readonly size: number;
}

/** Keeps the calls of a server, so that a drain reaches each without a listener per call. */
export function createGrpcCalls(): GrpcCalls {
  const open = new Set<CallContext>();
  let draining: { readonly reason: unknown } | undefined;
  return {
    open(method, call, onGone) {
      const deadline = deadlineOf(call);
      const context = new CallContext({
        method,
        protocolName: "grpc",
        deadline,
        watchesDeadline: true,
        headers: new MetadataHeaders(call.metadata),
      });
      call.on("cancelled", () => {
        // grpc-js says so at the end of every call, answered or not.
        if (!open.has(context)) return;
        context.abort(deadline !== undefined && Date.now() >= deadline ? deadlineExceeded() : callCancelled());
        onGone?.();
      });
      open.add(context);
      if (draining !== undefined) context.abort(draining.reason);
      return context;
    },
    close(context) {
      open.delete(context);
      context.close();
    },
    abortAll(reason) {
      draining = { reason };
      for (const context of open) context.abort(reason);
    },
    get size() {
      return open.size;
    },
  };
}

function deadlineOf(call: ServerCall): number | undefined {
  const deadline = call.getDeadline();
  const ms = typeof deadline === "number" ? deadline : deadline.getTime();
  return Number.isFinite(ms) ? ms : undefined;
}
