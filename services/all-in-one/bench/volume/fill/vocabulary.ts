/** The namespace of the bench's jobs. */
export const namespace = "volume";

/** Sorts of work; the last one is rare: one subject in a thousand is of it. */
export const kinds = Array.from({ length: 20 }, (_, n) => ({
  name: `volume.kind-${n}`,
  queue: n < 15 ? "bulk" : n < 19 ? "web" : "rare",
}));

/** Jobs about one subject; they follow each other and are of one kind. */
const jobsPerSubject = 20;
/** Runners that did the work. */
export const runners = 50;

/** How a job ended: 2 % fail, 1 % are cancelled before anybody has claimed them. */
export type End = "SUCCEEDED" | "FAILED" | "CANCELLED";

/** The same facts of the job with serial `s`, as SQL and as code. */
export const factsOf = {
  /** Index in {@link kinds}. */
  kind: {
    sql: `(case when s / ${jobsPerSubject} % 1000 = 999 then ${kinds.length - 1} else s / ${jobsPerSubject} % ${kinds.length - 1} end)::int`,
    of: (s: number) => {
      const subject = Math.floor(s / jobsPerSubject);
      return subject % 1_000 === 999 ? kinds.length - 1 : subject % (kinds.length - 1);
    },
  },
  subject: {
    sql: `'posting-' || s / ${jobsPerSubject}`,
    of: (s: number) => `posting-${Math.floor(s / jobsPerSubject)}`,
  },
  end: {
    sql: `case when s % 50 = 49 then 'FAILED' when s % 100 = 48 then 'CANCELLED' else 'SUCCEEDED' end`,
    of: (s: number): End => (s % 50 === 49 ? "FAILED" : s % 100 === 48 ? "CANCELLED" : "SUCCEEDED"),
  },
  runner: {
    sql: `'runner-' || s / ${jobsPerSubject} % ${runners}`,
    of: (s: number) => `runner-${Math.floor(s / jobsPerSubject) % runners}`,
  },
  /** From creation to claim, ms. */
  wait: { sql: "1500 + s % 1000", of: (s: number) => 1_500 + (s % 1_000) },
  /** From start to end, ms. */
  duration: { sql: "200 + s * 7919 % 5000", of: (s: number) => 200 + ((s * 7_919) % 5_000) },
} as const;

/** From claim to start, ms. */
export const startDelayMs = 5;
/** From creation to the cancellation of a waiting job, ms. */
export const cancelDelayMs = 1_000;

/** Input of 120 to 250 bytes. */
export const inputSql = `convert_to('{"posting":"posting-' || s / ${jobsPerSubject} || '","text":"' || repeat(md5(s::text), (2 + s % 5)::int) || '"}', 'UTF8')`;
/** Result of about the same size. */
export const resultSql = `convert_to('{"ok":true,"text":"' || repeat(md5((-s)::text), (3 + s % 5)::int) || '"}', 'UTF8')`;
