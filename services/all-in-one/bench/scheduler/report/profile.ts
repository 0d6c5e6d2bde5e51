import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** What V8 writes, as far as it is read here. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

const listed = 25;

/** Sums up every profile of a directory: self time by package, and of the functions and files that took most. Idle time is left out. */
export async function profileSummary(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".cpuprofile")).sort();
  let text = "";
  for (const name of names) {
    const profile = JSON.parse(await readFile(join(directory, name), "utf8")) as CpuProfile;
    text += `\n${name}\n${summary(profile)}`;
  }
  return text;
}

function summary({ nodes, samples, timeDeltas }: CpuProfile): string {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const groups = new Map<string, number>();
  const files = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  for (const [i, id] of samples.entries()) {
    const frame = frames.get(id);
    const micros = timeDeltas[i] ?? 0;
    if (frame === undefined || frame.functionName === "(idle)") continue;
    busy += micros;
    const { group, file } = placeOf(frame);
    add(groups, group, micros);
    if (group.startsWith("ours")) add(files, file, micros);
    add(functions, `${frame.functionName || "(anonymous)"} ${file}${file ? `:${frame.lineNumber + 1}` : ""}`, micros);
  }
  const part = (title: string, times: ReadonlyMap<string, number>) => {
    const most = [...times].sort(([, a], [, b]) => b - a).slice(0, listed);
    return `  ${title}\n${most.map(([what, micros]) => `    ${share(micros, busy)}  ${what}`).join("\n")}\n`;
  };
  return `  busy ${(busy / 1e6).toFixed(2)} s\n${part("packages", groups)}${part("our files", files)}${part("functions", functions)}`;
}

/** The package of a frame, or the workspace if it is one of ours, and its file. */
function placeOf({ functionName, url }: Frame): { readonly group: string; readonly file: string } {
  if (url.startsWith("node:")) return { group: `node ${url.split("/")[0]?.slice("node:".length)}`, file: url };
  const path = url.replace("file://", "");
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)/.exec(path);
  if (installed) return { group: installed[1] ?? "", file: `${installed[1]}/${installed[2]}` };
  const ours = /.*\/((?:libs|services)\/[^/]+)\/(.*)/.exec(path);
  if (ours) return { group: `ours ${ours[1]}`, file: `${ours[1]}/${ours[2]}` };
  return { group: functionName.startsWith("(") ? functionName : "native", file: path };
}

function add(times: Map<string, number>, what: string, micros: number): void {
  times.set(what, (times.get(what) ?? 0) + micros);
}

function share(micros: number, all: number): string {
  return `${((micros / all) * 100).toFixed(1).padStart(5)} %`;
}
