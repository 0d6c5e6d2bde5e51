export type { Clock, Timer } from "./clock.js";
export { sleep } from "./sleep.js";
export { systemClock } from "./system-clock.js";
