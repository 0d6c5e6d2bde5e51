/** Where a function stands. */
export interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** What V8 writes, as far as it is read here: a tree of frames, and in which of them it was at each sample. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Time in a frame, in microseconds, without what it called, and the frames that were under way then, itself first. */
export interface BusyTime {
  readonly micros: number;
  readonly stack: readonly Frame[];
}

/** The busy times of a profile: idle time is left out, and what it took to start it. */
export function busyTimes({ nodes, samples, timeDeltas }: CpuProfile): BusyTime[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const micros = new Map<number, number>();
  for (const [i, id] of samples.entries()) micros.set(id, (micros.get(id) ?? 0) + (timeDeltas[i] ?? 0));
  return [...micros].flatMap(([id, time]) => {
    const stack: Frame[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = frames.get(at);
      if (frame) stack.push(frame);
    }
    const isLeftOut = stack[0]?.functionName === "(idle)" || stack.some((one) => one.functionName === "startProfile");
    return isLeftOut ? [] : [{ micros: time, stack }];
  });
}

/** The package of a frame, or the workspace if it is one of ours, and its file. */
export function placeOf({ functionName, url }: Frame): { readonly group: string; readonly file: string } {
  if (url.startsWith("node:")) return { group: `node ${url.split("/")[0]?.slice("node:".length)}`, file: url };
  const path = url.replace("file://", "");
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)/.exec(path);
  if (installed) return { group: installed[1] ?? "", file: `${installed[1]}/${installed[2]}` };
  const ours = /.*\/((?:libs|services)\/[^/]+)\/(.*)/.exec(path);
  if (ours) return { group: `ours ${ours[1]}`, file: `${ours[1]}/${ours[2]}` };
  return { group: functionName.startsWith("(") ? functionName : "native", file: path };
}
