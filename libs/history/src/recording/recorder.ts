import type { Answer, Failure, Observation, Request, Write, WriteResult } from "../observation.js";

/** A call that has begun: tell how it ends, once. */
export interface OpenCall {
  /** Its number. */
  readonly call: number;
  answered(answer?: Pick<Answer, "jobs" | "results">): void;
  failed(failure: Pick<Failure, "done" | "reason">): void;
}

/** A write that was sent: tell what became of it, once. */
export interface OpenWrite {
  readonly write: number;
  written(result: Pick<WriteResult, "result" | "reason">): void;
}

/** An observation without its time. */
export type Timeless<O> = O extends Observation ? Omit<O, "at"> : never;

/** Notes observations in the order in which it is told of them. One for a history: its order is what is known of before and after. */
export class Recorder {
  readonly observations: Observation[] = [];
  #number = 0;

  /** @param now the recorder's clock, ms; must never fall */
  constructor(private readonly now: () => number) {}

  /** Notes an observation. */
  note(what: Timeless<Observation>): void {
    this.observations.push({ ...what, at: this.now() } as Observation);
  }

  /** Notes what has its time already, such as what `watchedOf` makes. */
  add(...observations: readonly Observation[]): void {
    this.observations.push(...observations);
  }

  /** A client begins a call; note it before anything is sent. */
  call(client: string, request: Request): OpenCall {
    const call = ++this.#number;
    this.note({ type: "call", call, client, request });
    return {
      call,
      answered: (answer = {}) => this.note({ type: "answer", call, ...answer }),
      failed: (failure) => this.note({ type: "failure", call, ...failure }),
    };
  }

  /** A runner sends a write; note it before it is sent. */
  write(what: Omit<Write, "type" | "at" | "write">): OpenWrite {
    const write = ++this.#number;
    this.note({ type: "write", write, ...what });
    return { write, written: (result) => this.note({ type: "written", write, ...result }) };
  }
}
