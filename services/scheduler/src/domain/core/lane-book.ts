import { Group, noTraits, type Traits } from "./group.js";
import type { JobTable } from "./job-table.js";
import { Lane, type Site } from "./lane.js";
import type { LimitBook } from "./limit-book.js";
import { ListRecount } from "./list-recount.js";
import { Profile, profileKey, type ProfileSpec } from "./profile.js";
import type { Queue } from "./queue.js";

/** Lanes and profiles that are not in use are kept for the next of their sort, up to this many. */
const idleLimit = 256;

/** The lanes and groups in which the jobs of a namespace wait, and the profiles that they are matched with. */
export class LaneBook {
  readonly #profiles = new Map<string, Profile>();
  readonly #groups = new Map<number, Group>();
  readonly #keyedGroups = new Map<Lane, Map<string, Group>>();
  readonly #traits = new Map<string, Traits>();
  /** Lanes without a job, the longest empty first. */
  readonly #empty = new Set<Lane>();
  #lastGroup = 0;
  #recount: ListRecount | undefined;
  #profileLimit = idleLimit;

  constructor(
    private readonly table: JobTable,
    private readonly limits: LimitBook,
  ) {}

  /** A group by its number. */
  group(id: number): Group | undefined {
    return this.#groups.get(id);
  }

  /** The profiles in use. */
  profiles(): Iterable<Profile> {
    return this.#profiles.values();
  }

  /** Traits are interned, so that a million jobs with the same keys share one. */
  traitsFor(concurrencyKeys: readonly string[], rateKeys: readonly string[], fairnessKey: string): Traits {
    if (concurrencyKeys.length === 0 && rateKeys.length === 0 && fairnessKey === "") return noTraits;
    const key = JSON.stringify([concurrencyKeys, rateKeys, fairnessKey]);
    const known = this.#traits.get(key);
    if (known) return known;
    // Keys may be as many as jobs: what is forgotten here is only made anew.
    if (this.#traits.size > 10_000) this.#traits.clear();
    const traits = { concurrencyKeys, rateKeys, fairnessKey };
    this.#traits.set(key, traits);
    return traits;
  }

  /** The lane of a site and kind. */
  laneFor(site: Site, kind: string): Lane {
    let lane = site.lanes.get(kind);
    if (lane) return lane;
    lane = new Lane(site, kind);
    site.lanes.set(kind, lane);
    site.queue.lanes.add(lane);
    for (const profile of this.#profiles.values()) if (profile.fits(lane)) profile.add(lane);
    this.#rest(lane);
    return lane;
  }

  /** Puts a slot into the group for its traits. */
  insert(slot: number, lane: Lane, traits: Traits): void {
    const group = this.#groupFor(lane, traits);
    if (group.jobs.size === 0) lane.site.queue.join(group);
    group.jobs.insert(slot);
    this.#recount?.changed(group, 1);
    for (const key of group.keys) key.waiting++;
    this.table.groupId[slot] = group.id;
    if (lane.size++ === 0) this.#empty.delete(lane);
    if (group.jobs.first() === slot) lane.touch(group);
  }

  /** Takes a slot out of its group; false if it is in none. */
  remove(slot: number): boolean {
    const group = this.#groups.get(this.table.groupId[slot] as number);
    if (!group) return false;
    const wasFirst = group.jobs.first() === slot;
    if (group.jobs.remove(slot)) this.#recount?.changed(group, -1);
    for (const key of group.keys) key.waiting--;
    this.table.groupId[slot] = -1;
    const { lane } = group;
    if (wasFirst) lane.touch(group);
    if (group.jobs.size === 0) {
      lane.site.queue.leave(group);
      this.#drop(group);
    }
    if (--lane.size === 0) this.#rest(lane);
    return true;
  }

  /**
   * Counts the jobs in lists by queue, a group per step; the answer is exact at the moment of the return, whatever comes and goes between the steps. One count
   * at a time: a second one ends in a wrong answer for the first.
   */
  *recount(): Generator<undefined, ReadonlyMap<Queue, number>, undefined> {
    const recount = new ListRecount();
    this.#recount = recount;
    try {
      // A map goes in the order in which its entries came, and groups have rising numbers; those that come meanwhile are visited too.
      for (const group of this.#groups.values()) {
        recount.add(group);
        yield;
      }
      return recount.jobs;
    } finally {
      this.#recount = undefined;
    }
  }

  /** The profile of a spec; `lanes` gives all lanes. */
  profileFor(spec: ProfileSpec, lanes: () => Iterable<Lane>): Profile {
    const key = profileKey(spec);
    const known = this.#profiles.get(key);
    if (known) return known;
    if (this.#profiles.size >= this.#profileLimit) this.#dropIdleProfiles(lanes());
    const profile = new Profile(key, spec);
    this.#profiles.set(key, profile);
    for (const lane of lanes()) if (profile.fits(lane)) profile.add(lane);
    return profile;
  }

  #groupFor(lane: Lane, traits: Traits): Group {
    if (traits === noTraits && lane.plain) return lane.plain;
    const key =
      traits === noTraits ? "" : JSON.stringify([traits.concurrencyKeys, traits.rateKeys, traits.fairnessKey]);
    const known = key === "" ? undefined : this.#keyedGroups.get(lane)?.get(key);
    if (known) return known;
    const keys = [
      ...traits.concurrencyKeys.map((name) => this.limits.key("concurrency", name)),
      ...traits.rateKeys.map((name) => this.limits.key("rate", name)),
    ];
    const group = new Group(++this.#lastGroup, lane, traits, keys, this.table);
    this.#groups.set(group.id, group);
    if (key === "") {
      lane.plain = group;
      return group;
    }
    let groups = this.#keyedGroups.get(lane);
    if (!groups) {
      groups = new Map();
      this.#keyedGroups.set(lane, groups);
    }
    groups.set(key, group);
    return group;
  }

  /** Forgets a group without jobs. The plain one of a lane goes with its lane. */
  #drop(group: Group): void {
    const { lane, traits, keys } = group;
    if (group === lane.plain) return;
    this.#groups.delete(group.id);
    const groups = this.#keyedGroups.get(lane);
    groups?.delete(JSON.stringify([traits.concurrencyKeys, traits.rateKeys, traits.fairnessKey]));
    if (groups?.size === 0) this.#keyedGroups.delete(lane);
    for (const key of keys) this.limits.drop(key);
  }

  /** A lane is empty. The one that has been so for longest goes, if there are too many. */
  #rest(lane: Lane): void {
    this.#empty.add(lane);
    if (this.#empty.size <= idleLimit) return;
    const [oldest] = this.#empty;
    if (!oldest) return;
    this.#empty.delete(oldest);
    oldest.site.lanes.delete(oldest.kind);
    oldest.site.queue.lanes.delete(oldest);
    if (oldest.plain) this.#groups.delete(oldest.plain.id);
  }

  /** Forgets the profiles that nobody uses. That goes through all lanes, so the next time is when there are twice as many. */
  #dropIdleProfiles(lanes: Iterable<Lane>): void {
    const dropped = [...this.#profiles.values()].filter(({ users }) => users === 0);
    for (const profile of dropped) this.#profiles.delete(profile.key);
    this.#profileLimit = Math.max(idleLimit, 2 * this.#profiles.size);
    if (dropped.length === 0) return;
    const lines = new Set(dropped.flatMap((profile) => [...profile.lines.values()]));
    for (const lane of lanes) {
      lane.leaveAll(({ line }) => lines.has(line));
    }
  }
}
