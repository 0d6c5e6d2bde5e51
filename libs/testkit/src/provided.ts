import "vitest";

declare module "vitest" {
  /** What the global set-up hands to every test file. */
  export interface ProvidedContext {
    /** URL of a superuser on the test run's PostgreSQL. */
    postgresUrl: string;
    /** Unlike any other run's, so that names made from it do not clash on a shared server. */
    testRunId: string;
  }
}
