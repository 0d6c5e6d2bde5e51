import type { Route } from "./routes.js";

/** Somebody who calls, and what becomes of that. */
export interface Caller {
  readonly who: string;
  /** The credentials. */
  readonly headers: (route: Route) => Readonly<Record<string, string>>;
  /** The status by which the caller is turned away from a route; undefined: is let in. */
  readonly refusal: (route: Route) => number | undefined;
}

/** What the walks have to know about a dialect; everything else they read from its document. */
export interface DialectFacts {
  readonly dialect: string;
  /** Settings that the walks rely on. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes what the credentials need, such as a runner with a token. */
  readonly prepare?: (base: string) => Promise<void>;
  /** Credentials, and other headers that a route asks for, of somebody who may call it. */
  readonly headers: (route: Route) => Readonly<Record<string, string>>;
  /** Whether a parsed body is an error in the dialect's form. */
  readonly isError: (body: Readonly<Record<string, unknown>>) => boolean;
  /** Whether a text is an error of a dialect whose errors are not all JSON. Default: none is. */
  readonly isErrorText?: (text: string) => boolean;
  /** Whether an answer above 499 says what the contract wants and no fault. Default: none does. */
  readonly mayFail?: (status: number, text: string) => boolean;
  /** Whether a status and body turn a caller away for who he is, and not for what he asks. */
  readonly isRefusal: (status: number, body: Readonly<Record<string, unknown>>) => boolean;
  /** Whether a status above 499 is what the contract has for bad input here. Default: none is. */
  readonly isToldFault?: (route: Route, body: Readonly<Record<string, unknown>>) => boolean;
  /** Whether a route does its work as a job, so that one that is refused leaves that behind. Default: none does. */
  readonly worksByJob?: (route: Route) => boolean;
  /** Everybody who may come. */
  readonly callers: readonly Caller[];
}
