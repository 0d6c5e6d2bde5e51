/** Largest sequence number and length that is taken; far enough below 2^53 that adding stays exact. */
export const maxNumber: number = 2 ** 52;
