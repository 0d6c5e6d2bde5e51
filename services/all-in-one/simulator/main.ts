import { describeObservation, describeViolation } from "@switchyard/history";
import { drawPlan } from "./plan/draw-plan.js";
import { simulate } from "./simulate.js";

const [from = 1, count = 1] = process.argv.slice(2).map(Number);
const began = performance.now(); const cpu0 = process.cpuUsage();
let events = 0, virtual = 0, jobs = 0;
const faults = new Map();
for (let seed = from; seed < from + count; seed++) {
  const result = await simulate(drawPlan(seed));
  events += result.events; virtual += result.virtualMs; jobs += result.jobs;
  for (const [k, n] of result.faults) faults.set(k, (faults.get(k) ?? 0) + n);
  if (result.violations.length > 0) {
    if (process.env.DEBUG) for (const o of result.observations) console.log(describeObservation(o));
    console.log("SEED", seed, result.violations.slice(0, 2).map(describeViolation).join("\n").slice(0, 1500));
  }
}
const ms = performance.now() - began;
const cpu = process.cpuUsage(cpu0); console.log({ cpuPerSeed: (cpu.user + cpu.system) / 1000 / count, ms: Math.round(ms), perSeed: ms / count, events: events / count, virtual: virtual / count, jobs: jobs / count, perMinute: Math.round(count / ms * 60000) });
console.log([...faults].map(([k, n]) => `${k} ${n}`).join(", "));
