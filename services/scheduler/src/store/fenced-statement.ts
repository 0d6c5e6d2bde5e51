import { defineStatement, type Statement } from "@switchyard/postgres";
import type { ClientBase, Pool } from "pg";
import type { Term } from "./term.js";

/**
 * One effect of a flush: a statement over arrays, one array per column. `sql` gets the names of its parameters in the order of `values`; its condition must
 * include `(select ok from f)`, the fence.
 */
export interface Part {
  /** Names the text of the part: equal names, equal texts. */
  readonly name: string;
  readonly sql: (parameters: readonly string[]) => string;
  readonly values: readonly unknown[];
  /** It is a query that is run for its effect. Such a part is run only if the statement asks for its result. */
  readonly isQuery?: boolean;
}

const statements = new Map<string, Statement>();

/**
 * Writes parts as one statement behind the fence: all of them or none. Only the parts that a flush needs are in its text, since each costs the server about as
 * much as a row; the few combinations that occur are prepared once per connection. Without parts nothing is asked of the server.
 */
export async function writeFenced(
  client: ClientBase | Pool,
  term: Term,
  lane: string,
  parts: readonly Part[],
): Promise<void> {
  if (parts.length === 0) return;
  const key = `${lane}:${parts.map(({ name }) => name).join(",")}`;
  let statement = statements.get(key);
  if (!statement) {
    statement = defineStatement(`scheduler-${lane}-${statements.size}`, textOf(parts));
    statements.set(key, statement);
  }
  await client.query({ ...statement, values: [[term.shard], [term.epoch], ...parts.flatMap(({ values }) => values)] });
}

function textOf(parts: readonly Part[]): string {
  let used = 2;
  const effects = parts.map(({ name, sql, values }) => {
    const parameters = values.map((_, i) => `$${used + i + 1}`);
    used += values.length;
    return `${name} as (${sql(parameters)})`;
  });
  const fence = "f as materialized (select scheduler.fence($1::int[], $2::bigint[]) as ok)";
  const asked = parts.filter(({ isQuery }) => isQuery).map(({ name }) => `, (select ok from ${name})`);
  return `with ${[fence, ...effects].join(", ")} select (select ok from f)${asked.join("")}`;
}
