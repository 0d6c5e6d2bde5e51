/**
 * The Speck family of block ciphers (Beaulieu et al., "The SIMON and SPECK Families of Lightweight Block Ciphers", 2013),
 * in the two sizes that ids need. Words fit 32-bit integers, so no BigInt is involved; checked against the paper's vectors.
 */

/** A block as two words, high word first. */
export interface Block {
  high: number;
  low: number;
}

/** Encrypts and decrypts blocks in place. */
export interface BlockCipher {
  encrypt(block: Block): void;
  decrypt(block: Block): void;
}

/**
 * Speck48/96: blocks of two 24-bit words, four key words (most significant first), 23 rounds. Permutes 48-bit numbers.
 */
export function createSpeck48(key: readonly [number, number, number, number]): BlockCipher {
  const mask = 0xffffff;
  const right = (x: number, n: number) => ((x >>> n) | (x << (24 - n))) & mask;
  const left = (x: number, n: number) => ((x << n) | (x >>> (24 - n))) & mask;
  const roundKeys = expandKey(key, 23, (l, k, i) => {
    const next = ((k + right(l, 8)) & mask) ^ i;
    return [next, left(k, 3) ^ next];
  });
  return {
    encrypt(block) {
      let { high: x, low: y } = block;
      for (let i = 0; i < roundKeys.length; i++) {
        x = ((right(x, 8) + y) & mask) ^ (roundKeys[i] as number);
        y = left(y, 3) ^ x;
      }
      block.high = x;
      block.low = y;
    },
    decrypt(block) {
      let { high: x, low: y } = block;
      for (let i = roundKeys.length - 1; i >= 0; i--) {
        y = right(y ^ x, 3);
        x = left(((x ^ (roundKeys[i] as number)) - y) & mask, 8);
      }
      block.high = x;
      block.low = y;
    },
  };
}

/** Speck64/128: blocks of two 32-bit words, four key words (most significant first), 27 rounds. The base of the id's tag. */
export function createSpeck64(key: readonly [number, number, number, number]): BlockCipher {
  const right = (x: number, n: number) => ((x >>> n) | (x << (32 - n))) >>> 0;
  const left = (x: number, n: number) => ((x << n) | (x >>> (32 - n))) >>> 0;
  const roundKeys = expandKey(key, 27, (l, k, i) => {
    const next = ((k + right(l, 8)) ^ i) >>> 0;
    return [next, (left(k, 3) ^ next) >>> 0];
  });
  return {
    encrypt(block) {
      let { high: x, low: y } = block;
      for (let i = 0; i < roundKeys.length; i++) {
        x = ((right(x, 8) + y) ^ (roundKeys[i] as number)) >>> 0;
        y = (left(y, 3) ^ x) >>> 0;
      }
      block.high = x;
      block.low = y;
    },
    decrypt(block) {
      let { high: x, low: y } = block;
      for (let i = roundKeys.length - 1; i >= 0; i--) {
        y = right((y ^ x) >>> 0, 3);
        x = left(((x ^ (roundKeys[i] as number)) - y) >>> 0, 8);
      }
      block.high = x;
      block.low = y;
    },
  };
}

/** The key schedule of all Speck variants with four key words; `step` gives the next l word and the next round key. */
function expandKey(
  key: readonly [number, number, number, number],
  rounds: number,
  step: (l: number, k: number, i: number) => [number, number],
): Uint32Array {
  const l = [key[2], key[1], key[0]];
  const roundKeys = [key[3]];
  for (let i = 0; i < rounds - 1; i++) {
    const [nextL, nextK] = step(l[i] as number, roundKeys[i] as number, i);
    l.push(nextL);
    roundKeys.push(nextK);
  }
  return Uint32Array.from(roundKeys);
}
