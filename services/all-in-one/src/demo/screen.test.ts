import { describe, expect, it } from "vitest";
import { createScreen, progressBar } from "./screen.js";

function terminal(isTTY: boolean) {
  let written = "";
  const stream = { isTTY, columns: 60, write: (text: string) => (written += text) } as unknown as NodeJS.WriteStream;
  return { screen: createScreen(stream), written: () => written };
}

describe("the demo's screen", () => {
  it("writes every line where there is no terminal", () => {
    const { screen, written } = terminal(false);
    screen.logLine("stdout", "[1/2] a");
    screen.logLine("stdout", "plain");
    expect(written()).toBe("  stdout | [1/2] a\n  stdout | plain\n");
  });

  it("draws a bar on a terminal, which stays below other lines", () => {
    const { screen, written } = terminal(true);
    screen.logLine("stdout", "[1/2] a");
    screen.logLine("stdout", "plain");
    screen.line("end");
    const bar = progressBar(1, 2, "a", 60);
    expect(written()).toBe(`\r\u001b[2K${bar}\r\u001b[2K  stdout | plain\n${bar}\nend\n`);
  });

  it("keeps the bar within the terminal", () => {
    expect(progressBar(5, 10, "x".repeat(200), 60)).toHaveLength(59);
    expect(progressBar(10, 10, "", 80)).toContain("100 %");
    expect(progressBar(0, 0, "", 80)).toContain("  0 %");
  });
});
