/**
 * Cuts chunks of any size into pieces of one size; the last one may be shorter. Bytes beyond `total` are dropped.
 *
 * @param total bytes that have to come
 * @throws Error when the chunks end before that: a reader must not take a part for the whole
 */
export async function* cutPieces(
  chunks: AsyncIterable<Uint8Array>,
  total: number,
  pieceBytes: number,
): AsyncGenerator<Uint8Array> {
  let left = total;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (rest.length > 0 && left > 0) {
      const wanted = Math.min(pieceBytes, left);
      const part = rest.subarray(0, wanted - waitingBytes);
      rest = rest.subarray(part.length);
      waiting.push(part);
      waitingBytes += part.length;
      if (waitingBytes < wanted) continue;
      yield joined(waiting);
      left -= wanted;
      waiting = [];
      waitingBytes = 0;
    }
    if (left === 0) return;
  }
  if (left > 0) throw new Error(`the bytes end ${left - waitingBytes} too early`);
}

/** One piece is handed on as it is: where chunks have the size of pieces, nothing is copied. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts);
}
