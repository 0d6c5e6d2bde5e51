import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { staticTokensSchema } from "@switchyard/service-kit";
import { afterAll, describe, expect, test } from "vitest";
import { environmentOf, programNames } from "../../test/service-environment.js";
import { folder, problemsOf, readCompose, readYaml } from "./compose-file.js";

const main = readCompose("compose.yaml");
const overlay = readCompose("compose.observability.yaml");
/** The services that run a program of the image. */
const programs = Object.entries(main.services).filter(([, { command = [] }]) =>
  programNames.includes(command[0] ?? ""),
);
const programOf = (service: string) => main.services[service]?.command?.[0] ?? "";

describe.each(["compose.yaml", "compose.observability.yaml"])("%s", (name) => {
  test("fits the schema of the Compose specification", () => expect(problemsOf(readYaml(name))).toEqual([]));

  test("mounts files that are there, and volumes that it declares", () => {
    const { services, volumes = {} } = readCompose(name);
    for (const volume of Object.values(services).flatMap((service) => service.volumes ?? [])) {
      const [source = ""] = volume.split(":");
      if (source.startsWith(".")) expect(existsSync(join(folder, source)), volume).toBe(true);
      else expect(Object.keys(volumes)).toContain(source);
    }
  });
});

describe("the services", () => {
  test("are all programs of the image but the pipeline worker, which needs a model to call", () => {
    const run = new Set(programs.map(([, { command = [] }]) => command.join(" ")));
    expect([...run].sort()).toEqual(programNames.filter((name) => name !== "pipeline-worker").sort());
  });

  test.each(programs)("%s is told only what it reads", (name, { environment = {} }) => {
    const known = environmentOf(programOf(name));
    const told = { ...environment, ...overlay.services[name]?.environment };
    expect(Object.keys(told).filter((variable) => !known.has(variable))).toEqual([]);
  });

  test.each(programs)(
    "%s has the secrets that it is told of, and no others",
    (_, { environment = {}, secrets = [] }) => {
      const told = Object.entries(environment).filter(([variable]) => variable.endsWith("_FILE"));
      expect(told.map(([, path]) => path.replace("/run/secrets/", "")).sort()).toEqual([...secrets].sort());
      for (const secret of secrets) expect(Object.keys(main.secrets ?? {})).toContain(secret);
    },
  );

  test.each(programs)("%s calls services at the ports where they listen", (_, { environment = {} }) => {
    for (const [variable, address] of Object.entries(environment)) {
      if (!variable.endsWith("_ADDRESS")) continue;
      for (const one of address.split(",")) {
        const [host = "", port] = one.split(":");
        expect(main.services[host]?.environment?.["GRPC_LISTEN"]).toBe(`0.0.0.0:${port}`);
      }
    }
  });

  test("the schedulers are reached under names of their own, and by whoever calls one at both", () => {
    const schedulers = programs.filter(([name]) => programOf(name) === "scheduler");
    expect(schedulers).toHaveLength(2);
    for (const [name, { environment = {} }] of schedulers)
      expect(environment).toMatchObject({
        SCHEDULER_REPLICA_ID: name,
        SCHEDULER_ADVERTISE_ADDRESS: `${name}:7401`,
      });
    const all = schedulers.map(([name]) => `${name}:7401`).join();
    const callers = programs.flatMap(([, { environment = {} }]) => environment["SCHEDULER_ADDRESS"] ?? []);
    expect(new Set(callers)).toEqual(new Set([all]));
  });

  test.each(programs)("%s is asked for its health at its operations port, and is locked down", (_, service) => {
    const ops = service.environment?.["OPS_LISTEN"]?.split(":")[1];
    expect(service.healthcheck?.test.at(-1)).toBe(ops);
    expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"], tmpfs: ["/tmp"] });
  });

  test("wait for services that have a check, or that end", () => {
    for (const { depends_on = {} } of Object.values(main.services))
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const { healthcheck } = main.services[name] ?? {};
        expect(condition).toBe(healthcheck === undefined ? "service_completed_successfully" : "service_healthy");
      }
  });

  test("show nothing outside of this machine unless asked to", () => {
    for (const { ports = [] } of [...Object.values(main.services), ...Object.values(overlay.services)])
      for (const port of ports) expect(port).toMatch(/^(?:127\.0\.0\.1:|\$\{\w+:-127\.0\.0\.1:)/);
  });
});

test("Prometheus asks every operations port, and gives the labels that the dashboards ask for", () => {
  const { scrape_configs: configs } = readYaml("observability/prometheus.yaml") as {
    scrape_configs: { static_configs: { targets: string[]; labels: Record<string, string> }[] }[];
  };
  const targets = configs.flatMap(({ static_configs }) => static_configs);
  const listening = programs.flatMap(([name, { environment = {} }]) =>
    environment["OPS_LISTEN"] === undefined ? [] : [`${name}:${environment["OPS_LISTEN"].split(":")[1]}`],
  );
  expect(targets.flatMap((one) => one.targets).sort()).toEqual(listening.sort());
  for (const { labels } of targets)
    expect(Object.keys(labels).sort()).toEqual(["component", "namespace", "pod", "service"]);
});

describe("make-secrets", () => {
  const directory = mkdtempSync(join(tmpdir(), "switchyard-secrets-"));
  const make = () =>
    execFileSync(process.execPath, [join(folder, "make-secrets.mjs"), directory], { encoding: "utf8" });
  afterAll(() => rmSync(directory, { recursive: true }));

  test("makes every secret that is mounted, with tokens that the services take, and changes none", () => {
    expect(make()).toContain("made tokens");
    const files = Object.values(main.secrets ?? {}).map(({ file }) => file.replace("secrets/", ""));
    expect(readdirSync(directory)).toEqual(expect.arrayContaining(files));
    const read = (name: string) => readFileSync(join(directory, name), "utf8");
    expect(staticTokensSchema.parse(JSON.parse(read("tokens"))).map(({ name }) => name)).toEqual([
      "core",
      "runner",
      "operator",
    ]);
    expect(read("database-url")).toContain(read("postgres-password"));

    const before = read("tokens");
    expect(make()).toBe("");
    expect(read("tokens")).toBe(before);
  });
});

test("the check of Compose files finds what is wrong", () => {
  expect(problemsOf({ services: { a: { image: "x", comand: ["y"] } } })[0]).toContain("additional properties");
});
