// `make-secrets.mjs [directory]`: makes the secrets that compose.yaml mounts, those that are missing; what is there stays as it is.
// Default directory: `secrets` beside this file. In it: random tokens, and `tokens`, which lists their digests for the services.
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const directory = resolve(process.argv[2] ?? join(import.meta.dirname, "secrets"));
// Containers run as another user and have to read the files; nobody else on this machine gets into the directory.
mkdirSync(directory, { recursive: true, mode: 0o700 });

const random = () => randomBytes(24).toString("base64url");

/** The content of a secret; it is made when it is not there. */
function secret(name, make = random) {
  const path = join(directory, name);
  if (!existsSync(path)) {
    writeFileSync(path, make(), { mode: 0o644, flag: "wx" });
    console.log(`made ${name}`);
  }
  return readFileSync(path, "utf8");
}

const entry = (name, token, scopes, namespaces) => ({
  name,
  sha256: createHash("sha256").update(token).digest("hex"),
  scopes,
  namespaces,
});

const password = secret("postgres-password");
secret("database-url", () => `postgres://switchyard:${password}@postgres:5432/switchyard`);
const [service, runner, operator] = ["service-token", "runner-token", "operator-token"].map((name) => secret(name));
secret("tokens", () =>
  JSON.stringify([
    entry("core", service, ["submit", "read", "run", "admin"], "all"),
    entry("runner", runner, ["run"], ["default"]),
    entry("operator", operator, ["submit", "read", "admin"], "all"),
  ]),
);
for (const name of ["runpack-submit-key", "runpack-runner-key", "runpack-admin-key"]) secret(name);
for (const name of ["janitor-admin-token", "task-executor-token", "pipeline-secret"]) secret(name);
secret("silo-tokens", () => JSON.stringify([{ token: random(), user: "operator", role: "admin" }]));
