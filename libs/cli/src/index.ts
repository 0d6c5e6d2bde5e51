export { runCli } from "./cli.js";
export { exitCodes } from "./exit-codes.js";
export { type Io, OutputClosed, type TextOutput } from "./io.js";
