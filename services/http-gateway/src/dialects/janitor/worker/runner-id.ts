import { coreName } from "../../../core/core-name.js";

/** The core's runner of whoever asks for work; the prefix keeps nameless ones and names apart. */
export function runnerIdOf(worker: string | null): string {
  if (worker === null) return "nobody";
  const id = `worker:${worker}`;
  return /^[A-Za-z0-9][A-Za-z0-9._:-]{0,254}$/.test(id) ? id : coreName(worker, 0);
}
