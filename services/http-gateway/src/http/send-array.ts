import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";

/** Above this many characters a body is streamed instead of being built as one text. */
const streamAboveChars = 1024 ** 2;

/**
 * Sends JSON that ends in a list of unknown length: as one text while it is small, else piece by piece, as fast as the
 * client reads. A failure after the first piece cuts the connection, so that the client sees an incomplete body and not
 * a wrong one.
 *
 * @param items the items as JSON texts
 * @param around what stands before the first and after the last item; default `[` and `]`. The end may be made from the
 *   number of items
 */
export async function sendJsonArray(
  reply: FastifyReply,
  items: AsyncIterator<string>,
  [before, after]: readonly [string, string | ((count: number) => string)] = ["[", "]"],
): Promise<FastifyReply> {
  const end = typeof after === "string" ? () => after : after;
  let head = before;
  let separator = "";
  let count = 0;
  while (head.length <= streamAboveChars) {
    const next = await items.next();
    if (next.done === true) return reply.type("application/json").send(`${head}${end(count)}`);
    head += `${separator}${next.value}`;
    separator = ",";
    count += 1;
  }
  const begun = { head, count };
  return reply.type("application/json").send(Readable.from(rest(reply, begun, items, end), { objectMode: false }));
}

async function* rest(
  reply: FastifyReply,
  { head, count: begun }: { readonly head: string; readonly count: number },
  items: AsyncIterator<string>,
  end: (count: number) => string,
): AsyncGenerator<string> {
  let count = begun;
  yield head;
  for (;;) {
    const next = await items.next().catch((error: unknown) => {
      reply.log.error({ err: error }, "a list was cut");
      throw error;
    });
    if (next.done === true) break;
    yield `,${next.value}`;
    count += 1;
  }
  yield end(count);
}
