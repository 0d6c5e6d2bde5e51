import { AgedMap } from "@switchyard/collections";

/** Remembers bytes that were read, those used last for longest. */
export interface ByteCache {
  /** What is remembered under a name, or what `load` brings. */
  get(name: string, load: () => Promise<Buffer>): Promise<Buffer>;
}

/**
 * Makes a cache.
 *
 * @param maxBytes what it may hold; what is larger is not remembered
 */
export function createByteCache(maxBytes: number): ByteCache {
  const held = new AgedMap<string, Buffer>();
  let bytes = 0;
  return {
    async get(name, load) {
      const known = held.get(name);
      if (known !== undefined) {
        held.set(name, known);
        return known;
      }
      const loaded = await load();
      if (loaded.length > maxBytes || held.has(name)) return loaded;
      held.set(name, loaded);
      bytes += loaded.length;
      for (let oldest = held.oldest(); oldest && bytes > maxBytes; oldest = held.oldest()) {
        held.delete(oldest[0]);
        bytes -= oldest[1].length;
      }
      return loaded;
    },
  };
}
