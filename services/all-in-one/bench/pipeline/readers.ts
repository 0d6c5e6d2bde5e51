import { once, setMaxListeners } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Who shall read what, and for how long. */
export interface ReadersOrder {
  readonly base: string;
  readonly secret: string;
  readonly runs: readonly string[];
  readonly followers: number;
  readonly pollers: number;
  readonly seconds: number;
}

/** Milliseconds from a line's writing to its receiving, line by line. */
export interface ReadersReport {
  readonly followed: readonly number[];
  readonly polled: readonly number[];
}

const pollEveryMs = 200;
/** Who has just come reads what was said before; from then on everybody is live. */
const settleMs = 2_000;

// The readers' process: their memory and work are not the gateway's.
process.once("message", (order: ReadersOrder) => {
  readAll(order).then(
    (told) => process.send?.(told, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});

async function readAll({ base, secret, runs, followers, pollers, seconds }: ReadersOrder): Promise<ReadersReport> {
  const [followed, polled]: [number[], number[]] = [[], []];
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  // What was said before everybody was there is nobody's lag.
  let from = process.hrtime.bigint() * 2n;
  let missing = followers + pollers;
  let isComplete = () => {};
  const complete = new Promise<void>((resolve) => {
    isComplete = resolve;
  });
  const arrived = () => {
    missing -= 1;
    if (missing === 0) isComplete();
  };
  const note = (lags: number[], text: string) => {
    const [said, now] = [BigInt(text), process.hrtime.bigint()];
    if (said > from) lags.push(Number(now - said) / 1e6);
  };
  const runOf = (index: number) => runs[index % runs.length] as string;
  const work = [
    ...[...Array(followers).keys()].map((index) => {
      const url = `${base}/api/jobs/operations/${runOf(index)}/logs`;
      return follow(url, secret, { line: (text) => note(followed, text), arrived, signal: over.signal });
    }),
    ...[...Array(pollers).keys()].map((index) => {
      const url = `${base}/api/logs/${runOf(index)}`;
      return poll(url, { line: (text) => note(polled, text), arrived, signal: over.signal });
    }),
  ];
  await complete;
  process.send?.("complete");
  await sleep(settleMs);
  from = process.hrtime.bigint();
  await sleep(seconds * 1000);
  over.abort();
  await Promise.allSettled(work);
  return { followed, polled };
}

/** What a reader does with what it gets. */
interface Reader {
  readonly line: (text: string) => void;
  /** The first answer has begun. */
  readonly arrived: () => void;
  readonly signal: AbortSignal;
}

async function follow(url: string, secret: string, { line, arrived, signal }: Reader): Promise<void> {
  const call = request(url, { agent: false, signal, headers: { authorization: `Bearer ${secret}` } });
  call.end();
  const [answer] = (await once(call, "response")) as [IncomingMessage];
  arrived();
  answer.setEncoding("utf8");
  let rest = "";
  for await (const piece of answer) {
    const frames = `${rest}${piece}`.split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      const [, text] = /^id: \d+\ndata: (\d+)$/.exec(frame) ?? [];
      if (text !== undefined) line(text);
    }
  }
}

async function poll(url: string, { line, arrived, signal }: Reader): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let isFirst = true;
  for (let since = 0; !signal.aborted; ) {
    const call = request(`${url}?since=${since}&limit=500`, { agent, signal });
    call.end();
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    if (isFirst) arrived();
    isFirst = false;
    let text = "";
    answer.setEncoding("utf8");
    for await (const piece of answer) text += piece;
    const page = JSON.parse(text) as {
      readonly next_index: number;
      readonly logs: readonly { readonly message: string }[];
    };
    for (const { message } of page.logs) line(message);
    since = page.next_index;
    await sleep(pollEveryMs, undefined, { signal });
  }
}
