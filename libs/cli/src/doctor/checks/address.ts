import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { hostAndPort } from "../../settings/addresses.js";
import { addressesOf, type Check } from "../examination.js";
import { fail, type Finding, ok } from "../finding.js";

/** Whether the hosts' names are known. */
export const addressCheck: Check = {
  name: "address",
  run: ({ settings }) => Promise.all([...addressesOf(settings).keys()].map(resolve)),
};

async function resolve(address: string): Promise<Finding> {
  const host = hostAndPort(address)?.host ?? address;
  if (isIP(host) !== 0) return ok(`${address} needs no name service`);
  try {
    const found = await lookup(host, { all: true });
    return ok(`${address} is ${found.map((entry) => entry.address).join(", ")}`);
  } catch (error) {
    return fail(`${host} is not known: ${(error as Error).message}`, "Correct --address, or look at the name service.");
  }
}
