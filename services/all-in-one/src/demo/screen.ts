/** Where the demo writes. */
export interface Screen {
  /** A heading. */
  title(text: string): void;
  /** A line. */
  line(text: string): void;
  /** A line of a job's log; on a terminal, one that says `[n/m]` moves the progress bar instead. */
  logLine(source: string, text: string): void;
}

/** Writes to a stream: plain lines, and on a terminal a progress bar at the bottom while a job says how far it is. */
export function createScreen(stream: NodeJS.WriteStream): Screen {
  const isTerminal = stream.isTTY === true;
  let bar = "";

  /** The bar stays below whatever is written. */
  function write(text: string): void {
    stream.write(bar === "" ? `${text}\n` : `\r\u001b[2K${text}\n${bar}`);
  }

  function endBar(): void {
    if (bar !== "") stream.write("\n");
    bar = "";
  }

  return {
    title(text) {
      endBar();
      write(isTerminal ? `\n\u001b[1m${text}\u001b[0m` : `\n${text}`);
    },
    line(text) {
      endBar();
      write(text);
    },
    logLine(source, text) {
      const step = isTerminal ? /^\[(\d+)\/(\d+)\] (.*)$/.exec(text) : null;
      if (!step) return write(`  ${source} | ${text}`);
      const [, done = "0", total = "1", what = ""] = step;
      bar = progressBar(Number(done), Number(total), what, stream.columns ?? 80);
      stream.write(`\r\u001b[2K${bar}`);
    },
  };
}

/** `[#####-----]  50 % 12/24 what`, cut to the terminal's width. */
export function progressBar(done: number, total: number, what: string, columns: number): string {
  const width = 30;
  const filled = Math.round((done / Math.max(1, total)) * width);
  const percent = String(Math.floor((done / Math.max(1, total)) * 100)).padStart(3);
  const text = `  [${"#".repeat(filled)}${"-".repeat(width - filled)}] ${percent} % ${done}/${total} ${what}`;
  return text.slice(0, Math.max(20, columns - 1));
}
