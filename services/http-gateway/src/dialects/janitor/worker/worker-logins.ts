import type { Core } from "../core-access.js";
import { JanitorError, loginHeaders, loginText } from "../errors.js";
import { findAccount } from "./accounts.js";
import { readBasicLogin } from "./basic-login.js";
import { createVerifiedPasswords } from "./verified-passwords.js";

/** Knows who a worker is. */
export interface WorkerLogins {
  /**
   * Checks what a worker says in its `Authorization` header. Accounts are read at every call, so that one that was deleted
   * or made anew counts at once, at every gateway.
   *
   * @returns the worker's name
   * @throws JanitorError 401 for all that is no login of a worker
   */
  check(authorization: string | undefined): Promise<string>;
}

/** Makes the logins of a gateway. */
export function createWorkerLogins(core: Core): WorkerLogins {
  const passwords = createVerifiedPasswords();
  return {
    async check(authorization) {
      const login = readBasicLogin(authorization);
      if (login === undefined) throw loginRequired();
      const { name, password } = login;
      const account = await findAccount(core, name);
      if (!(await passwords.fits(name, password, account?.passwordHash))) throw loginRequired();
      return name;
    },
  };
}

const loginRequired = () => new JanitorError(401, loginText, { body: loginText, headers: loginHeaders });
