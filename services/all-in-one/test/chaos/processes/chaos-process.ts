import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { startProcess, type TestProcess } from "@switchyard/testkit";

/** A process that can be killed, stopped for a while and started again. */
export interface ChaosProcess {
  readonly name: string;
  /** Whether it runs; one that is paused does. */
  readonly isAlive: boolean;
  readonly isPaused: boolean;
  /** Starts it, again after `kill`. Returns when it has been spawned; what it says first is waited for with `line`. */
  start(): Promise<void>;
  /** Waits for a line of its present life. */
  line(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL. Returns when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: its connections stay open, and nobody answers. */
  pause(): void;
  resume(): void;
  /** SIGTERM. Returns the exit code; 0 when it had been killed before. */
  end(): Promise<number | null>;
}

/** What a process is. */
export interface ChaosProcessOptions {
  readonly name: string;
  /** Its program, a path in the repository. */
  readonly program: string;
  /** The environment of a life, by its number from 0. */
  readonly env: (life: number) => Readonly<Record<string, string>>;
  /** File to which what it wrote is added when a life has ended. */
  readonly log: string;
}

/** Describes a process; nothing is started. */
export function createChaosProcess({ name, program, env, log }: ChaosProcessOptions): ChaosProcess {
  let lives = 0;
  let isPaused = false;
  let current: TestProcess | undefined;
  let gone: Promise<unknown> = Promise.resolve();

  const running = () => {
    if (current === undefined) throw new Error(`${name} does not run`);
    return current;
  };
  const isAlive = () => current !== undefined && current.child.exitCode === null && current.child.signalCode === null;
  const keepOutput = () => {
    if (current !== undefined) appendFileSync(log, `--- ${name}, life ${lives - 1}\n${current.output()}\n`);
    current = undefined;
  };
  return {
    name,
    get isAlive() {
      return isAlive();
    },
    get isPaused() {
      return isPaused;
    },
    async start() {
      if (isAlive()) return;
      keepOutput();
      current = await startProcess(program, env(lives));
      gone = once(current.child, "close");
      lives += 1;
      isPaused = false;
    },
    line: (pattern, timeoutMs) => running().line(pattern, timeoutMs),
    signal: (signal) => void running().child.kill(signal),
    async kill() {
      if (!isAlive()) return;
      await running().end("SIGKILL");
      await gone;
      keepOutput();
    },
    pause() {
      isPaused = running().child.kill("SIGSTOP");
    },
    resume() {
      running().child.kill("SIGCONT");
      isPaused = false;
    },
    async end() {
      if (!isAlive()) {
        keepOutput();
        return 0;
      }
      if (isPaused) this.resume();
      const code = await running().end();
      await gone;
      keepOutput();
      return code;
    },
  };
}
