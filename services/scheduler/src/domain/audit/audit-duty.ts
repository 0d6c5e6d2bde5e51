import type { ShardTerm, TermDuty } from "../shard/shard-term.js";
import { createSelfAudit, type SelfAudit, type SelfAuditOptions } from "./self-audit.js";

/** Keeps every term audited that this replica holds. */
export interface AuditDuty extends TermDuty {
  /** The audit of a term that has been started. */
  of(term: ShardTerm): SelfAudit;
}

/** Creates the duty: each term gets an audit of its own, which ends with it. */
export function createAuditDuty(options: SelfAuditOptions): AuditDuty {
  const byTerm = new WeakMap<ShardTerm, SelfAudit>();
  return {
    start(term) {
      const audit = createSelfAudit(term, options);
      term.whenLost(() => audit.stop());
      byTerm.set(term, audit);
      audit.start();
      return Promise.resolve();
    },
    of(term) {
      const audit = byTerm.get(term);
      if (!audit) throw new Error("the audit of this term has not been started");
      return audit;
    },
  };
}
