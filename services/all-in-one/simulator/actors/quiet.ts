import { pino } from "pino";

/** Logs nothing. */
export const quiet = pino({ level: "silent" });
