import type { FastifyRequest } from "fastify";
import type { CoreClients } from "../../../core/clients.js";
import type { SiloConfig } from "../config.js";
import { forbidden, unauthorized } from "../errors.js";
import { mayAct, type Role } from "../vocabulary.js";
import { bearerToken, tokenDigest } from "./bearer-token.js";
import { findRunnerByToken, type RunnerCaller } from "./runner-tokens.js";
import { createUserTokens, type User } from "./user-tokens.js";

/** Runs before a request's body is read; throws where the caller may not go on. */
export type Guard = (request: FastifyRequest) => Promise<void>;

/** Who may call a route. */
export interface Guards {
  /** Users of at least this role. 401 without a known token, 403 with a runner's or with too low a role. */
  readonly user: (role: Role) => Guard;
  /** Runners. 401 for everybody else. */
  readonly runner: Guard;
  /** Any runner, and users of at least this role. */
  readonly runnerOrUser: (role: Role) => Guard;
  /** The runner whose token came with the request, asked anew: a request may be held for longer than a token lives. */
  readonly stillRunner: (request: FastifyRequest) => Promise<RunnerCaller>;
}

const users = new WeakMap<FastifyRequest, User>();
const runners = new WeakMap<FastifyRequest, RunnerCaller>();

/** The user who calls, behind a guard that let nobody else through. */
export function userOf(request: FastifyRequest): User {
  const user = users.get(request);
  if (user === undefined) throw new Error("the route has no guard for users");
  return user;
}

/** The runner that calls, behind a guard that let nobody else through. */
export function runnerOf(request: FastifyRequest): RunnerCaller {
  const runner = runners.get(request);
  if (runner === undefined) throw new Error("the route has no guard for runners");
  return runner;
}

/** The name of whoever calls. */
export function callerName(request: FastifyRequest): string {
  return runners.get(request)?.name ?? userOf(request).name;
}

/** Makes the guards. */
export function createGuards(core: Pick<CoreClients, "fleet">, { namespace, tokens }: SiloConfig): Guards {
  const findUser = createUserTokens(tokens);

  async function requireRunner(request: FastifyRequest): Promise<RunnerCaller> {
    const token = bearerToken(request);
    const runner = token === undefined ? undefined : await findRunnerByToken(core, namespace, token);
    if (runner === undefined) throw unauthorized("a valid runner token is needed");
    return runner;
  }

  const guardOf =
    (role: Role, takesRunners: boolean): Guard =>
    async (request) => {
      const token = bearerToken(request);
      if (token === undefined) throw unauthorized("a token is needed");
      const user = findUser(tokenDigest(token));
      if (user !== undefined) {
        if (!mayAct(user.role, role)) throw forbidden(`role ${role} is needed`);
        users.set(request, user);
        return;
      }
      const runner = await findRunnerByToken(core, namespace, token);
      if (runner === undefined) throw unauthorized("the token is not known");
      if (!takesRunners) throw forbidden("a runner token may not be used here");
      runners.set(request, runner);
    };

  return {
    user: (role) => guardOf(role, false),
    runnerOrUser: (role) => guardOf(role, true),
    async runner(request) {
      runners.set(request, await requireRunner(request));
    },
    stillRunner: requireRunner,
  };
}
