#!/usr/bin/env node
import { text } from "node:stream/consumers";
import type { Writable } from "node:stream";
import { runCli } from "./cli.js";
import { type Output, OutputClosed } from "./io.js";

function outputTo(stream: Writable): Output {
  // Without a listener Node would end the process with a stack trace; the callback below tells the writer.
  stream.on("error", () => undefined);
  return {
    write: (data) =>
      new Promise((resolve, reject) => {
        stream.write(data, (error) => (error ? reject(new OutputClosed(error.message)) : resolve()));
      }),
  };
}

const interrupt = new AbortController();
// The first one lets the command say how things stand; the second one finds the default and ends at once.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt.abort());

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  stdout: outputTo(process.stdout),
  stderr: outputTo(process.stderr),
  readStdin: () => text(process.stdin),
  colors: process.stdout.isTTY === true && !process.env["NO_COLOR"],
  interrupted: interrupt.signal,
});
