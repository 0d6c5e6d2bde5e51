/** Which way a stream is read. */
export type Direction = "forward" | "backward";
