// What an image can run, by name: the program's place below the root of the image.
// `migrate` brings every schema up to date and ends; the rest run until SIGTERM.

/** @type {Readonly<Record<string, string>>} */
export const programs = {
  scheduler: "services/scheduler/dist/main.js",
  "runner-gateway": "services/runner-gateway/dist/main.js",
  "log-store": "services/log-store/dist/main.js",
  catalog: "services/catalog/dist/main.js",
  "http-gateway": "services/http-gateway/dist/main.js",
  runner: "services/runner/dist/main.js",
  "pipeline-worker": "services/pipeline-worker/dist/main.js",
  "all-in-one": "services/all-in-one/dist/main.js",
  migrate: "services/all-in-one/dist/migrate/main.js",
};
