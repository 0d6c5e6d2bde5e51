/** What stands where a secret was. */
export const mark: Buffer = Buffer.from("[masked]");
