/** The scheduler's version: that of its package, which a test compares. */
export const version = "0.1.0";
