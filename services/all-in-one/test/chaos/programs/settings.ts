import { createSwitchyardClient, type SwitchyardClient } from "@switchyard/client";
import { createRunClock } from "../record/clock.js";
import { type Journal, openJournal } from "../record/journal.js";

/** Where a program of the harness reaches the services, `host:port` each. */
export interface ProgramAddresses {
  readonly scheduler: readonly string[];
  readonly runnerGateway: readonly string[];
  readonly logStore: readonly string[];
}

/** What the harness tells a program of its own. */
export interface ProgramSettings {
  readonly addresses: ProgramAddresses;
  readonly namespaces: readonly string[];
  readonly journal: string;
  /** See `openJournal`. */
  readonly life: number;
  /** See `RunClock.offsetMs`. */
  readonly clockOffsetMs: number;
  readonly seed: number;
  /** Jobs a second, of the load. */
  readonly rate: number;
  /** The same id in every life, of a runner that wants one; else empty. */
  readonly runnerId: string;
  /** Where the load notes how its calls went; of others empty. */
  readonly calls: string;
}

const variable = "CHAOS_PROGRAM";

/** The environment of a program. */
export function programEnv(settings: ProgramSettings): Record<string, string> {
  return { [variable]: JSON.stringify(settings) };
}

/** Reads its environment in a program, opens what it names. */
export function openProgram(): {
  readonly settings: ProgramSettings;
  readonly journal: Journal;
  readonly now: () => number;
  /** A client of the kind that users have. */
  readonly openClient: () => SwitchyardClient;
} {
  const settings = JSON.parse(process.env[variable] ?? "") as ProgramSettings;
  const clock = createRunClock(settings.clockOffsetMs);
  return {
    settings,
    journal: openJournal(settings.journal, settings.life, clock),
    now: clock.now,
    openClient: () => createSwitchyardClient({ addresses: settings.addresses }),
  };
}
