import type fc from "fast-check";
import type { EndReason } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { JobEvent, JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { Evidence } from "../model/evidence.js";
import type { Model, ModelJob, Say, Transition } from "../model/model.js";
import type { Knowledge } from "../rules/knowledge.js";
import type { SpecInit, World } from "../world/world.js";

/** Something that a client or a runner may do. `data` is plain, so that a sequence can be printed, shrunk and repeated. */
export interface Command<Data> {
  readonly name: string;
  /** How often it is chosen, compared with the others. */
  readonly weight: number;
  readonly data: fc.Arbitrary<Data>;
  run(world: World, data: Data): Promise<void>;
}

/** A command whose data is its own affair. */
export type AnyCommand = Command<unknown>;

/** Something that a submitted item may ask for. */
export interface ItemPart<Data> {
  /** One in so many items asks for it. */
  readonly oneIn: number;
  readonly data: fc.Arbitrary<Data>;
  /** The fields of the spec. `place` is the item's place in its call. */
  spec(world: World, data: Data, place: number): SpecInit;
}

/** A sequence that is over: what there is to see, what must have happened, and who could know of it when. */
export interface Finding {
  readonly evidence: Evidence;
  readonly model: Model;
  readonly knowledge: Knowledge;
}

/** Looks at everything in the end. */
export type Rule = (finding: Finding, say: Say) => void;

/**
 * A part of what the scheduler does: what clients may do with it, what it adds to the model, and what must hold.
 */
export interface Feature {
  readonly name: string;
  readonly commands?: readonly AnyCommand[];
  readonly item?: ItemPart<unknown>;
  /** Before the first command. */
  readonly setUp?: (world: World) => Promise<void>;
  /** After the last command: takes away what would hold jobs back for ever. */
  readonly settle?: (world: World) => Promise<void>;
  /** When every job has ended: reads what the rules want to see in the end. */
  readonly finish?: (world: World) => Promise<void>;
  readonly transitions?: Partial<Record<JobEventType, Transition>>;
  /** By the reason of the end. */
  readonly endings?: Partial<Record<EndReason, Transition>>;
  /** Sees every event before it is applied. */
  readonly watch?: (model: Model, job: ModelJob, event: JobEvent, say: Say) => void;
  readonly rules?: readonly Rule[];
}

/** Defines a command. */
export function command<Data>(definition: Command<Data>): AnyCommand {
  return definition as AnyCommand;
}

/** Defines a part of an item. */
export function itemPart<Data>(definition: ItemPart<Data>): ItemPart<unknown> {
  return definition as ItemPart<unknown>;
}
