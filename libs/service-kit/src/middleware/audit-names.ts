import type { DescMessage, Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";

/** What a request names. */
export interface AuditNames {
  /** The namespace; undefined when it names none. */
  readonly namespace: string | undefined;
  /** The things, by the path of their field, such as `job_id` or `schedule.name`. */
  readonly ids: Readonly<Record<string, string | readonly string[]>>;
}

/** Fields that hold names and ids by the style of the contracts; no secret or payload is called so. */
const naming = /^(?:.+_)?(?:ids?|names?|namespaces?|queues?|kinds?|collection|stream|limit|labels?)$/;
const maxDepth = 3;
/** What is kept of a long list, and of a long text: enough to find what was meant. */
const maxItems = 20;
const maxLength = 200;

/** Finds the names and ids of a request, whatever its type. */
export function namesIn(schema: DescMessage, request: Message | undefined): AuditNames {
  if (request === undefined) return { namespace: undefined, ids: {} };
  const ids: Record<string, string | string[]> = {};
  gather(reflect(schema, request), "", 0, ids);
  const { namespace, ...rest } = ids;
  const nested = Object.entries(rest).find(([path]) => path.endsWith(".namespace"))?.[1];
  const found = namespace ?? nested;
  return { namespace: typeof found === "string" ? found : undefined, ids: rest };
}

function gather(message: ReflectMessage, path: string, depth: number, ids: Record<string, string | string[]>): void {
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    const at = `${path}${field.name}`;
    if (field.fieldKind === "message" && depth < maxDepth) gather(message.get(field), `${at}.`, depth + 1, ids);
    if (field.fieldKind === "scalar" && naming.test(field.name)) note(at, message.get(field), ids);
    if (field.fieldKind !== "list") continue;
    const items = [...message.get(field)].slice(0, maxItems);
    if (field.listKind === "scalar" && naming.test(field.name)) for (const item of items) note(at, item, ids, true);
    if (field.listKind !== "message" || depth >= maxDepth) continue;
    for (const item of items) gather(item as ReflectMessage, `${at}.`, depth + 1, ids);
  }
}

/** Notes a text; a second one under the same path makes a list. */
function note(path: string, value: unknown, ids: Record<string, string | string[]>, isList = false): void {
  if (typeof value !== "string" || value === "") return;
  const text = value.slice(0, maxLength);
  const before = ids[path];
  if (before === undefined) ids[path] = isList ? [text] : text;
  else if ([before].flat().length < maxItems) ids[path] = [...[before].flat(), text];
}
