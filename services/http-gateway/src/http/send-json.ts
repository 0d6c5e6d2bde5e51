import type { FastifyReply } from "fastify";
import { writeJson } from "../json/raw-json.js";

/** Answers with JSON whose raw parts go out word for word. */
export function sendJson(reply: FastifyReply, value: unknown, status = 200): FastifyReply {
  return reply.code(status).type("application/json").send(writeJson(value));
}
