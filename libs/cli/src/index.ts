export { runCli } from "./cli.js";
export { exitCodes } from "./exit-codes.js";
export { type Io, type Output, OutputClosed } from "./io.js";
