/** Where the program of a keeper thread is: a file of its own, since a thread begins with one. Bundlers have to put another URL in the place of this module. */
export function keeperProgram(): URL {
  const program = import.meta.resolve("@switchyard/client/keeper-thread");
  return program.endsWith(".ts") ? translated(program) : new URL(program);
}

/** In a checkout that runs from its sources: the translator of this thread is not there in another one. */
function translated(program: string): URL {
  const translator = import.meta.resolve("tsx/esm/api");
  const begin = `import { register } from ${JSON.stringify(translator)}; register(); await import(${JSON.stringify(program)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(begin)}`);
}
