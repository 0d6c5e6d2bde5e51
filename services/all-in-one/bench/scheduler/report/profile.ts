import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { busyTimes, type CpuProfile, type Frame, placeOf } from "./cpu-profile.js";

const listed = 25;

/**
 * Sums up every profile of a directory: time by package, of our files, and of functions, without what they called; and of our functions with
 * it. It is time on the clock: a process that waits for a core while it is busy counts as busy.
 */
export async function profileSummary(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".cpuprofile")).sort();
  let text = "";
  for (const name of names) {
    const profile = JSON.parse(await readFile(join(directory, name), "utf8")) as CpuProfile;
    text += `\n${name}\n${summary(profile)}`;
  }
  return text;
}

function summary(profile: CpuProfile): string {
  const groups = new Map<string, number>();
  const files = new Map<string, number>();
  const alone = new Map<string, number>();
  const withCalls = new Map<string, number>();
  let busy = 0;
  for (const { micros, stack } of busyTimes(profile)) {
    busy += micros;
    const [frame] = stack;
    if (frame === undefined) continue;
    const { group, file } = placeOf(frame);
    add(groups, group, micros);
    if (group.startsWith("ours")) add(files, file, micros);
    add(alone, nameOf(frame), micros);
    const ours = stack.filter((one) => placeOf(one).group.startsWith("ours")).map(nameOf);
    for (const name of new Set(ours)) add(withCalls, name, micros);
  }
  const part = (title: string, times: ReadonlyMap<string, number>) => {
    const most = [...times].sort(([, a], [, b]) => b - a).slice(0, listed);
    return `  ${title}\n${most.map(([what, micros]) => `    ${share(micros, busy)}  ${what}`).join("\n")}\n`;
  };
  return [
    `  busy ${(busy / 1e6).toFixed(2)} s\n`,
    part("packages", groups),
    part("our files", files),
    part("functions", alone),
    part("our functions, with what they call", withCalls),
  ].join("");
}

function nameOf(frame: Frame): string {
  const { file } = placeOf(frame);
  return `${frame.functionName || "(anonymous)"}${file === "" ? "" : ` ${file}:${frame.lineNumber + 1}`}`;
}

function add(times: Map<string, number>, what: string, micros: number): void {
  times.set(what, (times.get(what) ?? 0) + micros);
}

function share(micros: number, all: number): string {
  return `${((micros / all) * 100).toFixed(1).padStart(5)} %`;
}
