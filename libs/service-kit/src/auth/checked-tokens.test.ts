import type { SwitchyardError } from "@switchyard/errors";
import { describe, expect, it } from "vitest";
import { createCheckedTokens, omnipotent, sha256, type TokenVerdict } from "../index.js";

const context = {} as never;
const tokenOf = (number: number) => `swt_${number.toString(16).padStart(64, "0")}`;
const token = tokenOf(1);
const digest = sha256(token).toString("hex");
const valid = (expiresAtMs?: number): TokenVerdict => ({
  state: "valid",
  principal: omnipotent("token:a"),
  expiresAtMs,
});

/** Checked tokens before a source whose answer and clock the test turns. */
function setUp(first: TokenVerdict | Error) {
  const asked: string[] = [];
  const errors: unknown[] = [];
  const source = { answer: first, nowMs: 0, gate: Promise.resolve() };
  const clock = () => source.nowMs;
  const tokens = createCheckedTokens({
    async check(sha) {
      asked.push(sha.toString("hex"));
      // Seen when the check began, told when the gate opens: as over a slow network.
      const { answer, gate } = source;
      await gate;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    onError: (error) => errors.push(error),
    clocks: { monotonicMs: clock, wallMs: clock },
  });
  /** Name of the caller, `unknown`, or the reason of the refusal. */
  const use = async (shown = token) => {
    try {
      return (await tokens.authenticate(shown, context))?.name ?? "unknown";
    } catch (error) {
      return (error as SwitchyardError).reason;
    }
  };
  /** Whether the next use is answered without a wait. */
  const isAtOnce = () => !(tokens.authenticate(token, context) instanceof Promise);
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { tokens, source, asked, errors, use, isAtOnce, settle };
}

describe("a valid token", () => {
  it("is checked once for calls at the same time, by its digest, and then kept", async () => {
    const { asked, use, isAtOnce } = setUp(valid());
    expect(await Promise.all([use(), use(), use()])).toEqual(["token:a", "token:a", "token:a"]);
    expect(asked).toEqual([digest]);
    expect(isAtOnce()).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it("is checked again behind the calls, so that a revocation holds within 5 s and none waits", async () => {
    const { source, asked, use, isAtOnce, settle } = setUp(valid());
    await use();
    source.answer = { state: "ended" };
    source.nowMs = 2_499;
    expect([await use(), asked.length]).toEqual(["token:a", 1]);
    source.nowMs = 2_501;
    expect([isAtOnce(), asked.length]).toEqual([true, 2]);
    await settle();
    expect(await use()).toBe("TOKEN_REVOKED");
  });

  it("waits for a check when it was not used for 5 s", async () => {
    const { source, use } = setUp(valid());
    await use();
    source.answer = { state: "ended" };
    source.nowMs = 5_000;
    expect(await use()).toBe("TOKEN_REVOKED");
  });

  it("ends by its own time without a check", async () => {
    const { source, asked, use } = setUp(valid(1_000));
    expect(await use()).toBe("token:a");
    source.nowMs = 1_000;
    expect([await use(), asked.length]).toEqual(["TOKEN_REVOKED", 1]);
  });

  it("lives on for 30 s while nothing answers, and no longer", async () => {
    const { source, errors, use, isAtOnce, settle } = setUp(valid());
    await use();
    source.answer = new Error("away");
    source.nowMs = 5_000;
    expect(await use()).toBe("token:a");
    // Checks are known to fail: nobody waits for the next one.
    for (const second of [6, 10, 14, 18, 22, 26, 29]) {
      source.nowMs = second * 1_000;
      expect([second, isAtOnce()]).toEqual([second, true]);
      await settle();
    }
    source.nowMs = 30_001;
    expect(await use()).toBe("SERVICE_UNAVAILABLE");
    expect(errors).toHaveLength(1);
    source.answer = valid();
    expect(await use()).toBe("token:a");
  });

  it("is not brought back by a check that began before its revocation", async () => {
    const { tokens, source, use } = setUp(valid());
    let open: () => void = () => undefined;
    source.gate = new Promise((resolve) => {
      open = resolve;
    });
    const early = use();
    await Promise.resolve();
    source.answer = { state: "ended" };
    source.gate = Promise.resolve();
    tokens.forget(digest);
    open();
    await early;
    expect(await use()).toBe("TOKEN_REVOKED");
  });
});

describe("any other token", () => {
  it.each(["", "x", "swt_", `swt_${"0".repeat(63)}`, `swt_${"G".repeat(64)}`, "swr_".padEnd(68, "0")])(
    "of another form costs no check: %s",
    async (shown) => {
      const { asked, use } = setUp(valid());
      expect([await use(shown), asked.length]).toEqual(["unknown", 0]);
    },
  );

  it.each([
    ["unknown", "unknown"],
    ["ended", "TOKEN_REVOKED"],
  ] as const)("that is %s is refused for a second by one check", async (state, answer) => {
    const { source, asked, use } = setUp({ state });
    for (let i = 0; i < 100; i++) expect(await use()).toBe(answer);
    expect(asked).toHaveLength(1);
    source.nowMs = 1_000;
    source.answer = valid();
    expect(await use()).toBe("token:a");
  });

  it("is never let in while nothing answers", async () => {
    const { source, use } = setUp(new Error("away"));
    expect(await use()).toBe("SERVICE_UNAVAILABLE");
    source.answer = { state: "unknown" };
    expect(await use()).toBe("unknown");
  });
});

it("does not turn a flood of made-up tokens into one of checks, nor into a refusal of known ones", async () => {
  const { source, asked, use } = setUp(valid());
  await use();
  source.answer = { state: "unknown" };
  const answers: string[] = [];
  for (let number = 2; number < 2_000; number++) answers.push(await use(tokenOf(number)));
  expect(asked.length).toBeLessThanOrEqual(201);
  expect(new Set(answers)).toEqual(new Set(["unknown", "RATE_LIMITED"]));
  source.answer = valid();
  source.nowMs = 2_600;
  expect(await use()).toBe("token:a");
});

it("holds a bounded number of checks that hang", async () => {
  const { source, asked, use } = setUp({ state: "unknown" });
  source.gate = new Promise(() => undefined);
  for (let number = 0; number < 1_000; number++) {
    source.nowMs += 100;
    void use(tokenOf(number));
  }
  await Promise.resolve();
  expect(asked).toHaveLength(200);
});
