import { readFile } from "node:fs/promises";
import { quantile } from "../../scheduler/measure/median.js";

/** Times in ms of one sort of call. */
export class Samples {
  readonly values: number[] = [];

  /** Makes a call and notes how long it took until its answer was there. */
  async time<T>(call: () => Promise<T>): Promise<T> {
    const begunAt = performance.now();
    const answer = await call();
    this.values.push(performance.now() - begunAt);
    return answer;
  }

  /** The time below which a share of the calls stayed. */
  quantile(share: number): number {
    return quantile(this.values, share);
  }

  /** The longest one. */
  get longest(): number {
    return this.values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  }
}

/** Waiting and running threads of the machine over the last minute: what else was going on while something was measured. */
export async function machineLoad(): Promise<number> {
  return Number((await readFile("/proc/loadavg", "utf8")).split(" ")[0]);
}
