/**
 * Settings of a lane's session, under which the planner finds every row by its key.
 *
 * Plans of prepared statements are kept. One that is made while `open` and `leases` are empty, as they mostly are, reads them from end to end for each row that is
 * to be changed, which is right then; kept for a table that has grown since, it took 2 s for a thousand rows among twenty thousand. No statement of a lane has
 * a use for a scan or for the joins that need one, and none is better off for being planned by its values.
 */
export const byKeyOnly: Readonly<Record<string, string>> = {
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  plan_cache_mode: "force_generic_plan",
};
