import fc from "fast-check";
import { check } from "./check.js";
import { drain } from "./drain.js";
import type { AnyCommand, Feature } from "./features/feature.js";
import { commandsOf } from "./features/index.js";
import { gather } from "./gather.js";
import type { Arena } from "./world/arena.js";
import { World } from "./world/world.js";

/** A command to be run. */
interface Step {
  readonly command: string;
  readonly data: unknown;
}

/** What happens in a namespace: steps one after the other, the commands of a step at the same time. */
export type Sequence = readonly (readonly Step[])[];

/** Sequences of the features' commands. They begin with a submit, or most of what follows would have nothing to be about. */
export function sequencesOf(features: readonly Feature[]): fc.Arbitrary<Sequence> {
  const commands = commandsOf(features);
  const step = fc.oneof(
    ...commands.map((command) => ({ weight: Math.round(command.weight * 10), arbitrary: stepOf(command) })),
  );
  const submit = commands.find(({ name }) => name === "submit");
  if (!submit) throw new Error("sequences need submits");
  const steps = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 20, size: "max" });
  return fc.tuple(fc.tuple(stepOf(submit)), steps).map(([first, rest]) => [first, ...rest]);
}

function stepOf({ name, data }: AnyCommand): fc.Arbitrary<Step> {
  return fc.record({ command: fc.constant(name), data });
}

/** Runs a sequence in a namespace of its own, lets everything end, and returns what the checker has to complain about. */
export async function runSequence(
  arena: Arena,
  namespace: string,
  sequence: Sequence,
  features: readonly Feature[],
): Promise<readonly string[]> {
  const world = new World(arena, namespace);
  const commands = new Map(commandsOf(features).map((command) => [command.name, command]));
  try {
    for (const { setUp } of features) await setUp?.(world);
    for (const step of sequence)
      await Promise.all(step.map(async ({ command, data }) => commands.get(command)?.run(world, data)));
    for (const { settle } of features) await settle?.(world);
    const drained = await drain(world);
    for (const { finish } of features) await finish?.(world);
    return check(await gather(world, drained), features);
  } finally {
    await world.follower.stop();
  }
}
