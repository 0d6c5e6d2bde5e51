/**
 * How far somebody could know of each job at each moment. An answer that arrived says that so many events of the job are durable; whoever
 * calls after that must never be told of fewer.
 */
export class Knowledge {
  readonly #facts = new Map<string, { readonly tick: number; readonly events: number }[]>();

  /** Events of the job that an answer before this tick has told of. */
  known(jobId: string, tick: number): number {
    let events = 0;
    for (const fact of this.#facts.get(jobId) ?? []) if (fact.tick < tick) events = Math.max(events, fact.events);
    return events;
  }

  /** An answer at this tick tells of so many events of the job. */
  learn(jobId: string, tick: number, events: number): void {
    const facts = this.#facts.get(jobId) ?? [];
    facts.push({ tick, events });
    this.#facts.set(jobId, facts);
  }
}
