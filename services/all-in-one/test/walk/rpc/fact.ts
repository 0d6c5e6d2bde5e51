import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { GenService, GenServiceMethods } from "@bufbuild/protobuf/codegenv2";
import type { Scope } from "@switchyard/service-kit";

/** Sorts of things that requests name. */
export type Thing = "job" | "runner" | "queue" | "schedule" | "token" | "log" | "document" | "artifact";

/** What the walk has to know about a method. Said here once more, and not read from the services' tables, which it is to check. */
export interface RpcFact<Init> {
  /** The scope that lets in, beside `admin`; one of several; or any caller that is known. */
  readonly needs: Scope | readonly Scope[] | "any";
  /** A request within a namespace. It need not succeed. @param runnerToken SHA-256 of the token of a runner there */
  readonly request: (namespace: string, runnerToken: Uint8Array) => Init;
  /** The method has no namespace to be kept out of: it tells of the caller, or of what the caller may see. */
  readonly everywhere?: true;
  /** The request speaks for a runner, which the own token of another one must not. */
  readonly speaks?: true;
  /** Requests that name a thing, by its sort; the same answer is due for one that is not there and one of another namespace. */
  readonly names?: Readonly<Partial<Record<Thing, (namespace: string, id: string) => Init>>>;
}

/** One of the fields of which a message has one at a time. */
export function choice<Case extends string, Value>(field: Case, value: Value) {
  return { case: field, value };
}

/** A service with a fact for each of its methods. */
export interface RpcFacts {
  readonly service: GenService<GenServiceMethods>;
  readonly methods: Readonly<Record<string, RpcFact<object>>>;
}

/** What a message is made from, as a plain object. */
type PlainInit<Message extends DescMessage> = Exclude<MessageInitShape<Message>, { readonly $typeName: string }>;

type FactsOf<Methods extends GenServiceMethods> = {
  readonly [Name in keyof Methods]: RpcFact<PlainInit<Methods[Name]["input"]>>;
};

/** Says the facts of a service; a method that is left out is an error of the type check. */
export function factsOf<Methods extends GenServiceMethods>(
  service: GenService<Methods>,
  methods: FactsOf<Methods>,
): RpcFacts {
  return { service, methods } as unknown as RpcFacts;
}
