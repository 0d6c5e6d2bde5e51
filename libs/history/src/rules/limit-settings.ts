import type { LimitSetting } from "../observation.js";
import { mayBeDone, type Place, type RequestOf, type Told, type ToldCall, type ToldEvent } from "../told.js";

type Call = ToldCall<RequestOf<"limits">>;

interface Setting {
  readonly call: Call;
  readonly limit: LimitSetting;
}

/** Between which two places something was decided. */
export interface When {
  readonly from: Place;
  readonly to: Place;
}

/** What limits a key may have had at a time, as far as calls tell. */
export class LimitSettings {
  readonly #byKey = new Map<string, Setting[]>();

  constructor(told: Told) {
    for (const call of told.callsOf("limits")) {
      const { namespace, limits } = call.call.request;
      if (!mayBeDone(call)) continue;
      for (const limit of limits) {
        const name = `${namespace}\n${limit.key}`;
        const settings = this.#byKey.get(name);
        if (settings) settings.push({ call, limit });
        else this.#byKey.set(name, [{ call, limit }]);
      }
    }
  }

  /** Whether any limit was ever set. */
  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** All settings that may have been in force; undefined among them: it had none of its own and no default. */
  possible(namespace: string, key: string, when: When): (LimitSetting | undefined)[] {
    const own = this.#possible(`${namespace}\n${key}`, when);
    if (!own.includes(undefined)) return own;
    const defaults: (LimitSetting | undefined)[] = [];
    for (const name of this.#byKey.keys()) {
      if (!name.endsWith("*") || !`${namespace}\n${key}`.startsWith(name.slice(0, -1))) continue;
      defaults.push(...this.#possible(name, when));
    }
    return [...own.filter((limit) => limit !== undefined), ...(defaults.length > 0 ? defaults : [undefined])];
  }

  /** Everything that was ever set and may matter to a key: its own settings and defaults. */
  everSet(namespace: string, key: string): Setting[] {
    const all: Setting[] = [];
    for (const [name, settings] of this.#byKey) {
      const isDefault = name.endsWith("*") && `${namespace}\n${key}`.startsWith(name.slice(0, -1));
      if (isDefault || name === `${namespace}\n${key}`) all.push(...settings);
    }
    return all;
  }

  #possible(name: string, { from, to }: When): (LimitSetting | undefined)[] {
    const settings = this.#byKey.get(name) ?? [];
    // One that was over before another one began, which was over before the decision can have been made, can't hold any more.
    const isReplaced = (end: Place) => settings.some(({ call }) => call.answer && call.begin > end && call.end < from);
    const possible: (LimitSetting | undefined)[] = [];
    for (const { call, limit } of settings) {
      if (call.begin > to || isReplaced(call.end)) continue;
      const isRemoved = limit.seats === undefined && limit.ratePerSecond === undefined;
      possible.push(isRemoved ? undefined : limit);
    }
    if (!isReplaced(-1)) possible.push(undefined);
    return possible;
  }
}

/** Between which places a claim was decided: not before its job was asked for, or its claim call began; not after it was known. */
export function whenClaimed(told: Told, { seen: { event }, knownAt }: ToldEvent): When {
  const job = told.jobs.get(event.job);
  const attempt = job?.attempts.get(event.attempt);
  let from = job?.submit?.begin ?? -1;
  let to = knownAt;
  for (const { granted, place } of attempt?.grants ?? []) {
    to = Math.min(to, place);
    if (granted.call === undefined) continue;
    const call = told.callsOf("claim").find((claim) => claim.call.call === granted.call);
    if (call) from = Math.max(from, call.begin);
  }
  return { from, to };
}
