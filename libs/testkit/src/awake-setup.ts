import { systemClock } from "@switchyard/clock";
import { awakeClock } from "./awake-clock.js";

// Vitest's `setupFiles`, before each test file: what runs in this process goes by the time in which the process runs, so that no lease and no deadline of a test is
// too short for a machine that stands still for seconds. Programs that tests start are not concerned.

const clock = awakeClock();
Object.assign(systemClock, clock);
clock.catchUp();
