import type { Site } from "./lane.js";
import type { JobPolicy, JobShape, ShapeSpec } from "./model.js";
import { defaultQueueSettings, Queue, type QueueSettings } from "./queue.js";

/** The queues of a namespace, and the shapes of its jobs. */
export class ShapeBook {
  readonly queues = new Map<string, Queue>();
  readonly #shapes = new Map<number, JobShape>();
  readonly #byKey = new Map<string, JobShape>();
  readonly #sites = new Map<string, Site>();
  // Calls mostly carry one of a few policy objects and no labels: found without making a text of them.
  readonly #plain = new WeakMap<JobPolicy, Map<string, JobShape>>();
  #last = 0;

  /** A queue by name; made when it is first named. */
  queue(name: string): Queue {
    let queue = this.queues.get(name);
    if (!queue) {
      queue = new Queue(name);
      this.queues.set(name, queue);
    }
    return queue;
  }

  /** Takes what is stored of a queue. */
  loadQueue(name: string, settings: Partial<QueueSettings>): void {
    this.queue(name).settings = { ...defaultQueueSettings, ...settings };
  }

  /** A shape by its number. */
  get(id: number): JobShape | undefined {
    return this.#shapes.get(id);
  }

  /** All shapes. */
  all(): Iterable<JobShape> {
    return this.#shapes.values();
  }

  /** Takes a stored shape. */
  load(id: number, spec: ShapeSpec): JobShape {
    return this.#keep(id, spec, shapeKey(spec));
  }

  /** The shape for these properties; `isNew` if it has to be stored with the job. */
  shapeFor(spec: ShapeSpec): { shape: JobShape; isNew: boolean } {
    const bare = spec.requiredLabels.length === 0 && spec.laneLabels.length === 0;
    const plain = bare ? this.#plain.get(spec.policy)?.get(spec.queue) : undefined;
    if (plain) return { shape: plain, isNew: false };
    const key = shapeKey(spec);
    const known = this.#byKey.get(key);
    const shape = known ?? this.#keep(this.#last + 1, spec, key);
    if (bare) {
      let byQueue = this.#plain.get(spec.policy);
      if (!byQueue) {
        byQueue = new Map();
        this.#plain.set(spec.policy, byQueue);
      }
      byQueue.set(spec.queue, shape);
    }
    return { shape, isNew: !known };
  }

  #keep(id: number, spec: ShapeSpec, key: string): JobShape {
    const shape: JobShape = { ...spec, id, site: this.#siteFor(spec) };
    this.#shapes.set(id, shape);
    this.#byKey.set(key, shape);
    this.#last = Math.max(this.#last, id);
    return shape;
  }

  #siteFor({ queue, requiredLabels, laneLabels }: ShapeSpec): Site {
    const key = JSON.stringify([queue, requiredLabels, laneLabels]);
    let site = this.#sites.get(key);
    if (!site) {
      site = { queue: this.queue(queue), requiredLabels, laneLabels, lanes: new Map() };
      this.#sites.set(key, site);
    }
    return site;
  }
}

function shapeKey({ queue, requiredLabels, laneLabels, policy }: ShapeSpec): string {
  const fields = Object.entries(policy).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([queue, requiredLabels, laneLabels, fields]);
}
