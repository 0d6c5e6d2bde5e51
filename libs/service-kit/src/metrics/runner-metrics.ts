import { Gauge, type Registry } from "prom-client";

/** A runner in this process, as `createRunner` of the client library makes it, and its slots. */
export interface RunnerCounts {
  readonly state: string;
  readonly activeCount: number;
  readonly slots: number;
}

/** Shows what the runners of this process do. */
export function watchRunners(registry: Registry, runners: () => readonly RunnerCounts[]): void {
  const registers = [registry];
  const states: Gauge<"state"> = new Gauge({
    name: "switchyard_runner_runners",
    help: "Runners of this process by state.",
    labelNames: ["state"],
    registers,
    collect() {
      states.reset();
      states.inc({ state: "running" }, 0);
      for (const { state } of runners()) states.inc({ state });
    },
  });
  const sum = (name: string, help: string, value: (runner: RunnerCounts) => number) => {
    const collect = () => made.set(runners().reduce((total, runner) => total + value(runner), 0));
    const made: Gauge = new Gauge({ name, help, registers, collect });
  };
  sum("switchyard_runner_slots", "Most jobs at once of this process.", ({ slots }) => slots);
  sum("switchyard_runner_attempts", "Attempts that occupy a slot.", ({ activeCount }) => activeCount);
}
