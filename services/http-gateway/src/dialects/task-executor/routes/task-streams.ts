import { followJob, type FollowUpdate, watchJob } from "@switchyard/client";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendEvents } from "../../../http/event-stream.js";
import { sendMessages } from "../../../http/web-socket.js";
import { writeJson } from "../../../json/raw-json.js";
import { type TaskExecutorContext, taskIdOf } from "../context.js";
import { upgradeRequired } from "../errors.js";
import { eventStream, streamQuery, taskParams, webSocket } from "../schemas.js";
import { createTaskStory } from "../task-story.js";
import { readTask } from "./tasks.js";

/** A task as it goes on, as WebSocket and as server-sent events: the same messages, from one source. */
export function taskStreamRoutes(app: FastifyInstance, context: TaskExecutorContext): void {
  const { stopping } = context;
  const schema = { tags: ["tasks"], params: taskParams, querystring: streamQuery };

  app.route({
    method: "GET",
    url: "/ws/tasks/:task_id",
    schema: { ...schema, summary: "Follows a task over a WebSocket.", response: { 101: webSocket } },
    preHandler: async (request) => {
      // Before the upgrade, so that an unknown task is an answer of HTTP.
      if (request.ws) await readTask(context, taskIdOf(request));
    },
    handler: async () => {
      throw upgradeRequired();
    },
    wsHandler: (socket, request) => {
      const open = (signal: AbortSignal) => texts(messagesFor(context, request, signal));
      return sendMessages(socket, { open, stopping, answer: pong });
    },
  });

  app.get(
    "/api/v1/tasks/:task_id/events",
    { schema: { ...schema, summary: "Follows a task as server-sent events.", response: { 200: eventStream } } },
    async (request, reply) => {
      await readTask(context, taskIdOf(request));
      const open = (signal: AbortSignal) => events(messagesFor(context, request, signal));
      return sendEvents(reply, { open, stopping });
    },
  );
}

/** A message with its number, as JSON. */
interface NumberedMessage {
  readonly type: string;
  readonly text: string;
}

async function* messagesFor(
  { core, config }: TaskExecutorContext,
  request: FastifyRequest,
  signal: AbortSignal,
): AsyncGenerator<NumberedMessage> {
  const [namespace, jobId] = [config.namespace, taskIdOf(request)];
  const { logs = "true" } = request.query as { logs?: "true" | "false" };
  const updates: AsyncIterable<FollowUpdate> =
    logs === "true"
      ? followJob(core, { namespace, jobId, signal, onlyNew: true, endAtOnce: true })
      : watchJob(core.jobs, namespace, jobId, { signal });
  const story = createTaskStory(jobId);
  let seq = 0;
  const numbered = ({ type, ...rest }: ReturnType<typeof story.take>[number]) => {
    seq += 1;
    return { type, text: writeJson({ type, seq, ...rest }) };
  };
  for await (const update of updates) {
    for (const message of story.take(update)) yield numbered(message);
    if (story.wasOver) break;
  }
  for (const message of story.finish()) yield numbered(message);
}

async function* texts(messages: AsyncIterable<NumberedMessage>): AsyncGenerator<string> {
  for await (const { text } of messages) yield text;
}

async function* events(messages: AsyncIterable<NumberedMessage>) {
  for await (const { type, text } of messages) yield { event: type, data: text };
}

/** The answer to a client that asks whether somebody is there; undefined for all else that a client may say. */
function pong(text: string): string | undefined {
  try {
    const said = JSON.parse(text) as { readonly type?: unknown } | null;
    return said?.type === "ping" ? '{"type":"pong"}' : undefined;
  } catch {
    return undefined;
  }
}
