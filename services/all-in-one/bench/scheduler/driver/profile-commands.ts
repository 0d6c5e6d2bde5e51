import { writeFile } from "node:fs/promises";
import { Session } from "node:inspector/promises";

/** Profiles a process while something is measured. */
export interface ProfileCommands {
  startProfile(): Promise<void>;
  /** Ends it and writes it where Chrome's tools and `report/profile.ts` read it. */
  writeProfile(path: string): Promise<void>;
}

const sampleMicros = 200;

/** Makes the commands of a process that can be profiled. */
export function profileCommands(): ProfileCommands {
  let session: Session | undefined;
  return {
    async startProfile() {
      session = new Session();
      session.connect();
      await session.post("Profiler.enable");
      await session.post("Profiler.setSamplingInterval", { interval: sampleMicros });
      await session.post("Profiler.start");
    },
    async writeProfile(path) {
      if (session === undefined) throw new Error("no profile was started");
      const { profile } = await session.post("Profiler.stop");
      session.disconnect();
      session = undefined;
      await writeFile(path, JSON.stringify(profile));
    },
  };
}
