/** Bytes of a chunk before compression: large enough to compress well and to be few, small enough that reading a few lines does not mean decoding a lot. */
export const MAX_CHUNK_BYTES = 256 * 1024;
/** Entries of a chunk. */
export const MAX_CHUNK_ENTRIES = 5_000;
