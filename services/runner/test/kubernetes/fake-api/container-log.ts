import { createNotifier } from "@switchyard/client";

/** What a container wrote, line by line with the time of each, as a node keeps it. */
export interface ContainerLog {
  append(output: "stdout" | "stderr", chunk: Buffer): void;
  /** What follows the last line feed becomes a line without one; nothing comes after it. */
  end(): void;
  readonly lines: readonly string[];
  readonly isEnded: boolean;
  changed(): Promise<void>;
}

/** Makes an empty log. */
export function createContainerLog(): ContainerLog {
  const lines: string[] = [];
  const { notify, changed } = createNotifier();
  const held = { stdout: "", stderr: "" };
  let isEnded = false;
  let last = 0n;
  /** RFC 3339 with nine digits; never twice the same order, though many lines share a second. */
  const stamp = () => {
    const now = BigInt(Date.now()) * 1_000_000n;
    last = now > last ? now : last + 1n;
    const iso = new Date(Number(last / 1_000_000n)).toISOString();
    return `${iso.slice(0, 19)}.${String(last % 1_000_000_000n).padStart(9, "0")}Z`;
  };
  return {
    append(output, chunk) {
      const parts = (held[output] + chunk.toString("utf8")).split("\n");
      held[output] = parts.pop() ?? "";
      for (const part of parts) lines.push(`${stamp()} ${part}\n`);
      notify();
    },
    end() {
      for (const rest of [held.stderr, held.stdout]) if (rest !== "") lines.push(`${stamp()} ${rest}`);
      isEnded = true;
      notify();
    },
    lines,
    get isEnded() {
      return isEnded;
    },
    changed,
  };
}
