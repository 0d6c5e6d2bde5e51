import type { Contender } from "../contenders/contender.js";

/**
 * Checks that as many jobs are open as should be: a figure of a queue that loses or doubles jobs is none.
 *
 * @throws Error when the storage has others
 */
export async function checkOpen({ name, submitter }: Contender, expected: number): Promise<void> {
  const open = await submitter.openJobs();
  if (open !== expected) throw new Error(`${name} has ${open} open jobs in its storage, and not ${expected}`);
}
