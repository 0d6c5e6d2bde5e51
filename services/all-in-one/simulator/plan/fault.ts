/** What can be wrong between a process and its database. */
export type StoreFaultKind =
  /** The statement fails and does nothing. */
  | "store.fails-before"
  /** The statement is committed, and its answer is a broken connection. */
  | "store.fails-after"
  /** The connection breaks, and the statement arrives seconds later. */
  | "store.arrives-late"
  /** The answer takes its time. */
  | "store.slow"
  /** No answer ever comes; the statement may have been done. */
  | "store.silent"
  /** All connections break, and none can be made. */
  | "store.away";

/** What can be wrong between two processes. */
export type NetFaultKind =
  /** A request gets lost; the connection breaks. */
  | "net.loses-request"
  /** An answer gets lost; the connection breaks. */
  | "net.loses-answer"
  /** A request arrives twice. */
  | "net.duplicates"
  /** Requests and answers take their time, and overtake each other. */
  | "net.delays"
  /** Nothing gets through, and both sides notice. */
  | "net.cut"
  /** Nothing gets through in one direction, and nobody notices. */
  | "net.half-open";

/** What can happen to a process. */
export type ProcessFaultKind = "process.crash" | "process.pause" | "process.stop";

/** A fault, for a while. Times in virtual ms. */
export type Fault =
  | {
      readonly kind: StoreFaultKind;
      readonly at: number;
      readonly ms: number;
      readonly process: string;
      /** Share of the statements that it meets. */
      readonly chance: number;
    }
  | {
      readonly kind: NetFaultKind;
      readonly at: number;
      readonly ms: number;
      readonly from: string;
      readonly to: string;
      readonly chance: number;
    }
  | {
      /** The process is gone, and started again after a while; or stands still for it; or is told to end in good order, and gone after it whether it has ended or not. */
      readonly kind: ProcessFaultKind;
      readonly at: number;
      readonly ms: number;
      readonly process: string;
    };

/** Every sort of fault that is drawn, beside the clocks that run differently. */
export const faultKinds = [
  "store.fails-before",
  "store.fails-after",
  "store.arrives-late",
  "store.slow",
  "store.silent",
  "store.away",
  "net.loses-request",
  "net.loses-answer",
  "net.duplicates",
  "net.delays",
  "net.cut",
  "net.half-open",
  "process.crash",
  "process.pause",
  "process.stop",
  "process.skew",
] as const;

/** The name of a sort of fault. */
export type FaultKind = (typeof faultKinds)[number];
