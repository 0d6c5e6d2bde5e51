export { AgedMap } from "./aged-map.js";
export { type Coalescer, type CoalescerOptions, createCoalescer } from "./coalescer.js";
