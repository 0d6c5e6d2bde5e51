/** Whether a file of a run is a log: `worker.log`, or a rotated `worker.log.1` (upstream's `is_log_filename`). */
export function isLogName(name: string): boolean {
  const parts = name.split(".");
  const last = parts.at(-1) ?? "";
  return last === "log" ? parts.length > 1 : parts.length === 3 && parts[1] === "log" && /^\d+$/.test(last);
}

/** The name of a file without what leads to it; undefined for what is no name of a file. */
export function baseName(path: string): string | undefined {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no store takes
  if (name === "" || name === "." || name === ".." || /[\u0000-\u001f\u007f]/.test(name)) return undefined;
  return Buffer.byteLength(name) <= 255 ? name : undefined;
}
