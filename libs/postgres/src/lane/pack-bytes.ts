import { intArray } from "./int-array.js";

/** Many byte strings in one parameter. Unpack with `substr($data, offset, length)`. */
export interface PackedBytes {
  /** All byte strings, one after the other. */
  readonly data: Buffer;
  /** `int[]`: where each begins, counted from 1 as `substr` does; NULL for a null. */
  readonly offsets: Buffer;
  /** `int[]`: bytes of each; NULL for a null. */
  readonly lengths: Buffer;
}

/**
 * Packs byte strings into one `bytea` with offsets and lengths, which the driver binds 1.4 to 1.8 times as fast as an array
 * of buffers. In the statement:
 *
 *     insert into jobs (id, input)
 *     select id, substr($2::bytea, o, l) from unnest($1::int8[], $3::int4[], $4::int4[]) as t(id, o, l)
 *
 * A null or undefined entry becomes NULL, since `substr` of a null offset is null. Together they must stay below 1 GiB,
 * the limit of one value in PostgreSQL; the lane's `maxBytes` sees to that.
 */
export function packBytes(buffers: readonly (Uint8Array | null | undefined)[]): PackedBytes {
  const offsets: (number | null)[] = [];
  const lengths: (number | null)[] = [];
  const parts: Uint8Array[] = [];
  let end = 1;
  for (const buffer of buffers) {
    if (buffer) {
      offsets.push(end);
      lengths.push(buffer.byteLength);
      parts.push(buffer);
      end += buffer.byteLength;
    } else {
      offsets.push(null);
      lengths.push(null);
    }
  }
  return {
    data: joined(parts, end - 1),
    offsets: intArray("int", offsets),
    lengths: intArray("int", lengths),
  };
}

/** Below so many bytes a copy byte by byte costs less than the call that copies a block. */
const smallBytes = 128;

function joined(parts: readonly Uint8Array[], bytes: number): Buffer {
  const data = Buffer.allocUnsafe(bytes);
  let end = 0;
  for (const part of parts) {
    const length = part.byteLength;
    if (length >= smallBytes) data.set(part, end);
    else for (let i = 0; i < length; i++) data[end + i] = part[i] as number;
    end += length;
  }
  return data;
}
