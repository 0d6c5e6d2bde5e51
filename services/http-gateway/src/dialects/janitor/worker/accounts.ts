import { reasonOf } from "@switchyard/errors";
import type { Core } from "../core-access.js";
import { bodyOf, findDocument, listDocuments, putJson, writeAll } from "../documents/shared.js";
import { collectionNames } from "../names.js";
import { hashPassword } from "./password-hash.js";

const collection = collectionNames.workers;

/** A worker that may log in. */
export interface WorkerAccount {
  readonly name: string;
  /** Where people find it. */
  readonly link: string | null;
  readonly passwordHash: string;
}

/** Names that an account can have: a login could say no others. */
export const accountName = "^[^:\\u0000-\\u001f\\u007f]{1,255}$";

const nameForm = new RegExp(accountName, "u");

/** Finds a worker's account; undefined for none. */
export async function findAccount(core: Core, name: string): Promise<WorkerAccount | undefined> {
  if (!canBeAccount(name)) return undefined;
  const document = await findDocument(core, collection, name);
  return document === undefined ? undefined : bodyOf<WorkerAccount>(document);
}

/** Reads every account, by name. */
export async function listAccounts(core: Core): Promise<WorkerAccount[]> {
  const accounts: WorkerAccount[] = [];
  for await (const document of listDocuments(core, { collection, orderBy: [{ field: "key" }] }))
    accounts.push(bodyOf<WorkerAccount>(document));
  return accounts;
}

/** Makes an account; of its password, a hash is kept. Answers whether the name was free. */
export async function createAccount(
  core: Core,
  { name, link, password }: { readonly name: string; readonly link: string | null; readonly password: string },
): Promise<boolean> {
  const account: WorkerAccount = { name, link, passwordHash: await hashPassword(password) };
  const write = { ...putJson(collection, name, account), expect: { absent: true } };
  return writeAll(core, [write]).then(
    () => true,
    (error: unknown) => (reasonOf(error) === "ALREADY_EXISTS" ? false : Promise.reject(error)),
  );
}

/** Deletes an account; runs of the worker stay, and its logins end. Answers whether there was one. */
export async function deleteAccount(core: Core, name: string): Promise<boolean> {
  if (!canBeAccount(name)) return false;
  const operation = { case: "delete" as const, value: {} };
  return writeAll(core, [{ collection, key: name, operation, expect: { present: true } }]).then(
    () => true,
    (error: unknown) => (reasonOf(error) === "PRECONDITION_FAILED" ? false : Promise.reject(error)),
  );
}

/** Longer names in bytes are no keys. */
function canBeAccount(name: string): boolean {
  return nameForm.test(name) && Buffer.byteLength(name) <= 255;
}
