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
 * @param around what stands before the first and after the last item; default `[` and `]`
 */
export async function sendJsonArray(
  reply: FastifyReply,
  items: AsyncIterator<string>,
  [before, after]: readonly [string, string] = ["[", "]"],
): Promise<FastifyReply> {
  let head = before;
  let separator = "";
  while (head.length <= streamAboveChars) {
    const next = await items.next();
    if (next.done === true) return reply.type("application/json").send(`${head}${after}`);
    head += `${separator}${next.value}`;
    separator = ",";
  }
  return reply.type("application/json").send(Readable.from(rest(reply, head, items, after), { objectMode: false }));
}

async function* rest(
  reply: FastifyReply,
  head: string,
  items: AsyncIterator<string>,
  after: string,
): AsyncGenerator<string> {
  yield head;
  for (;;) {
    const next = await items.next().catch((error: unknown) => {
      reply.log.error({ err: error }, "a list was cut");
      throw error;
    });
    if (next.done === true) break;
    yield `,${next.value}`;
  }
  yield after;
}
