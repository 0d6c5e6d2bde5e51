import { SpanKind } from "@opentelemetry/api";
import type { ChildSpanInit } from "@switchyard/tracing";

/** What all statements of a pool or a lane say about where they go. */
export interface DatabaseAttributes {
  readonly "db.system.name": "postgresql";
  readonly "db.namespace"?: string;
  readonly "server.address"?: string;
  readonly "server.port"?: number;
}

/** Reads the attributes of a database from its URL, without user and password. Names: OpenTelemetry's semantic conventions for databases. */
export function databaseAttributes(url: string): DatabaseAttributes {
  const parsed = URL.parse(url);
  const name = parsed?.pathname.slice(1);
  return {
    "db.system.name": "postgresql",
    ...(name && { "db.namespace": decodeURIComponent(name) }),
    ...(parsed?.hostname && { "server.address": parsed.hostname }),
    ...(parsed?.port && { "server.port": Number(parsed.port) }),
  };
}

/** The first argument of `query`: a text, or an object with one. */
type Query = string | { readonly name?: string; readonly text?: string };

/**
 * The span of a statement: named by the prepared statement's name, else by its first word. Neither the text nor a value of a parameter is part of it.
 */
export function statementSpan(query: Query, database: DatabaseAttributes): ChildSpanInit {
  const { name, text = "" } = typeof query === "string" ? { text: query } : query;
  const operation = (/^(?:\s|--.*\n)*([a-z]+)/i.exec(text)?.[1] ?? "statement").toUpperCase();
  const summary = name ?? operation;
  const attributes = { ...database, "db.operation.name": operation, "db.query.summary": summary };
  return { name: summary, kind: SpanKind.CLIENT, attributes };
}
