import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Logger } from "pino";
import { checkMaterial } from "./check-material.js";

/** The files of a set: the own certificate with those between it and the root, its key, and the authority of the peers. */
export type TlsPart = "cert" | "key" | "ca";

/** Where the files are, and how often to look. */
export interface TlsFilesOptions<Part extends TlsPart> {
  readonly paths: Readonly<Record<Part, string>>;
  /** Time between two looks at the files, in milliseconds. */
  readonly intervalMs: number;
  readonly logger: Logger;
}

/** PEM files that are looked at again and again. */
export interface TlsFiles<Part extends TlsPart> {
  /** What was last read and could be used. */
  readonly current: Readonly<Record<Part, Buffer>>;
  /** Looks that found usable new content, and looks that found content which cannot be used. */
  readonly looks: { readonly renewed: number; readonly failed: number };
  /** Calls `changed` after each renewal; returns how to end that. */
  watch(changed: () => void): () => void;
  /** Looks now. Never throws: what cannot be used is logged and counted, and the old content stays. */
  look(): Promise<void>;
  /** Looks no more. */
  close(): void;
}

/**
 * Reads a set of files, and looks at them again in intervals without keeping the process alive for it. Polled, since a notification
 * by the file system does not reach a mounted secret whose directory is replaced by a link.
 *
 * @throws Error when a file cannot be read or the set cannot be used
 */
export function createTlsFiles<Part extends TlsPart>(options: TlsFilesOptions<Part>): TlsFiles<Part> {
  const { paths, logger } = options;
  const parts = Object.keys(paths) as Part[];
  const watchers = new Set<() => void>();
  const looks = { renewed: 0, failed: 0 };
  let current = setOf(parts.map((part) => [part, named(paths[part], () => readFileSync(paths[part]))]));
  checkMaterial(current);
  let problem: string | undefined;

  async function look(): Promise<void> {
    try {
      const read = setOf(await Promise.all(parts.map(async (part) => [part, await readFile(paths[part])] as const)));
      if (parts.some((part) => !read[part].equals(current[part]))) {
        checkMaterial(read);
        current = read;
        looks.renewed += 1;
        logger.info({ paths }, "TLS files were renewed");
        for (const changed of watchers) changed();
      }
      problem = undefined;
    } catch (error) {
      looks.failed += 1;
      const { message } = error as Error;
      // Told once, not at every look.
      if (message !== problem) logger.error({ err: error, paths }, "TLS files cannot be used; the old ones stay");
      problem = message;
    }
  }

  function setOf(entries: readonly (readonly [Part, Buffer])[]): Record<Part, Buffer> {
    return Object.fromEntries(entries) as Record<Part, Buffer>;
  }

  const timer = setInterval(() => void look(), options.intervalMs).unref();
  return {
    get current() {
      return current;
    },
    looks,
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    look,
    close: () => clearInterval(timer),
  };
}

function named(path: string, read: () => Buffer): Buffer {
  try {
    return read();
  } catch (error) {
    throw new Error(`cannot read the TLS file ${path}: ${(error as Error).message}`, { cause: error });
  }
}
