import type { Bug } from "./bug.js";

const core = "services/scheduler/src/domain/core";
const shard = "services/scheduler/src/domain/shard";

/** One mistake for each of the design's rules. */
export const bugs: readonly Bug[] = [
  {
    name: "skip-the-epoch-check",
    rule: "a deposed owner can't write",
    file: "services/all-in-one/simulator/store/statement.ts",
    find: "if (tables.shard(term.shard).epoch !== term.epoch)",
    replace: "if (tables.shard(term.shard).epoch < term.epoch)",
  },
  {
    name: "forget-a-seat",
    rule: "seats are never leaked",
    file: `${core}/seats.ts`,
    find: "    key.holders.delete(attempt);\n",
    replace: "    if (attempt.number === 1) key.holders.delete(attempt);\n",
  },
  {
    name: "overshoot-a-limit",
    rule: "seats are never overshot",
    file: `${core}/seats.ts`,
    find: "if (!key.isFree(now)) return key;",
    replace: "if (!key.isFree(now) && keys.length > 1) return key;",
  },
  {
    name: "acknowledge-before-commit",
    rule: "submit is durable before it answers",
    file: "services/scheduler/src/transport/submit-jobs.ts",
    find: "await (alsoWait.length > 0 ? Promise.all([write, ...alsoWait].map((one) => term.write(one))) : term.write(write));",
    replace: "term.write(write).catch(() => undefined);",
  },
  {
    name: "take-any-attempt",
    rule: "a write with an old attempt is refused",
    file: `${core}/report.ts`,
    find: '"attempt" in name ? live.number === name.attempt :',
    replace: '"attempt" in name ? live.number >= name.attempt :',
  },
  {
    name: "forget-requests",
    rule: "a request_id makes a retried submit safe",
    file: `${core}/admit.ts`,
    find: "requests.push({ space, key: requestKey,",
    replace: "if (items.length > 1) requests.push({ space, key: requestKey,",
  },
  {
    name: "load-without-leases",
    rule: "a change of owner loses no lease",
    file: `${shard}/load-state.ts`,
    find: "if (lease) resumeAttempt(state, now, job, lease);",
    replace: "if (lease && lease.attempt > 1) resumeAttempt(state, now, job, lease);",
  },
  {
    name: "publish-out-of-order",
    rule: "watchers miss nothing",
    file: `${shard}/event-feed.ts`,
    find: "while (this.#open[0]?.done) {",
    replace:
      "this.#open.splice(this.#open.indexOf(entry), 1);\n    this.#open.unshift(entry);\n    while (this.#open[0]?.done) {",
  },
  {
    name: "lose-for-nothing",
    rule: "what is lost counts against the budget",
    file: `${core}/budget.ts`,
    find: "    job.lostAfterStart++;\n    job.counted++;\n",
    replace: "    job.lostAfterStart++;\n",
  },
  {
    name: "forget-the-lease-timer",
    rule: "a lost lease is found by the owner's timers",
    file: `${core}/claim.ts`,
    find: 'if (!attempt.holdByRunner) attempt.leaseTimer = timers.add(attempt.leaseUntil, { type: "lease", attempt });',
    replace: "",
  },
  {
    name: "start-with-one-parent",
    rule: "a job waits for its parents",
    file: `${core}/release.ts`,
    find: "(edge) => edge.parent !== serial || !edge.satisfiedBy.includes(end)",
    replace: "(edge) => edge.parent !== serial",
  },
  {
    name: "ignore-the-pause",
    rule: "nothing of a paused queue begins",
    file: `${core}/dispatch.ts`,
    find: "if (head && !site.queue.settings.paused) {",
    replace: "if (head) {",
  },
  {
    name: "restart-the-deadline",
    rule: "an execution deadline is absolute",
    file: `${shard}/load-state.ts`,
    find: "executionDeadline: lease.execution_deadline_ms,",
    replace: "executionDeadline: 0,",
  },
  {
    name: "cancel-at-leisure",
    rule: "an immediate cancel is final at once",
    file: `${core}/cancel.ts`,
    find: "if (immediate) return [",
    replace: "if (immediate && live.startedAt === 0) return [",
  },
  {
    name: "seal-nothing",
    rule: "logs of an older attempt are sealed before the next one is handed out",
    file: "services/runner-gateway/src/domain/seal-before-handing.ts",
    find: "if (attempt <= 1) return true;",
    replace: "if (attempt >= 1) return true;",
  },
  {
    name: "name-in-a-circle",
    rule: "nobody calls without a pause",
    file: "libs/client/src/runner/attempt.ts",
    find: "this.nameBy = Math.max(this.nameBy, sentAt + leaseMs / 3);",
    replace: "if (this.expiresAt === sentAt + leaseMs) this.nameBy = sentAt + leaseMs / 3;",
  },
  {
    name: "believe-a-stranger",
    rule: "idle runners get the work that there is",
    file: "services/scheduler/src/transport/sync-capacity.ts",
    find: "(demands.length > 0 || !full)",
    replace: "demands.length > 0",
  },
  {
    name: "heed-every-word",
    rule: "idle runners get the work that there is",
    file: "services/scheduler/src/transport/sync-capacity.ts",
    find: "    if (revision <= (session.demands.get(key)?.revision ?? 0n)) continue;\n",
    replace: "",
  },
  {
    name: "wait-for-the-lapsed",
    rule: "idle runners get the work that there is",
    file: "services/runner-gateway/src/loops/capacity/capacity-loop.ts",
    find: "for (const [first, count] of runsOf([...leases, ...lapsed]))",
    replace: "for (const [first, count] of runsOf(lapsed.length > 0 ? leases : [...leases, ...lapsed]))",
  },
  {
    name: "keep-the-slot",
    rule: "a runner's slots are free when nothing is left of what had them",
    file: "libs/client/src/runner/runner.ts",
    find: "if (attempt.over) free(attempt);",
    replace: "if (attempt.over) table.remove(attempt);",
  },
];
