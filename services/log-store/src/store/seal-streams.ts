import { classifyError, defineStatement, intArrayLiteral } from "@switchyard/postgres";
import type pg from "pg";

/** What is sealed. */
export interface SealItem {
  readonly namespace: string;
  readonly jobId: string;
  readonly attempt: number;
  /** False: this attempt. True: every attempt with a smaller number. */
  readonly before: boolean;
  /** Final lengths of streams of this attempt. */
  readonly lengths: readonly { readonly stream: string; readonly length: number }[];
}

const sealAttempts = defineStatement(
  "logs_seal_attempts",
  `select target from logs.seal_attempts($1, $2::text[], $3::text[], $4::int[], $5::boolean[], $6::int[], $7::text[], $8::bigint[], $9)`,
);

const TRIES = 5;

/** Seals attempts in one transaction and returns, per item, how many streams it ended. */
export async function sealStreams(
  client: pg.Client,
  replica: string,
  items: readonly SealItem[],
  nowMicros: number,
): Promise<readonly number[]> {
  const lengths = items.flatMap((item, i) => item.lengths.map((length) => ({ target: i + 1, ...length })));
  const values = [
    replica,
    items.map(({ namespace }) => namespace),
    items.map(({ jobId }) => jobId),
    intArrayLiteral(items.map(({ attempt }) => attempt)),
    items.map(({ before }) => before),
    intArrayLiteral(lengths.map(({ target }) => target)),
    lengths.map(({ stream }) => stream),
    intArrayLiteral(lengths.map(({ length }) => length)),
    nowMicros,
  ];
  for (let tried = 1; ; tried++) {
    try {
      const { rows } = await client.query<{ target: number }>({ ...sealAttempts, values });
      const counts = items.map(() => 0);
      for (const { target } of rows) counts[target - 1] = (counts[target - 1] ?? 0) + 1;
      return counts;
    } catch (error) {
      // A statement that was chosen as a deadlock's victim has changed nothing.
      if (classifyError(error) !== "retryable" || tried === TRIES) throw error;
    }
  }
}
