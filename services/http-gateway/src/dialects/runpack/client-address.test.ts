import Fastify from "fastify";
import { describe, expect, it } from "vitest";
import { clientAddressReader } from "./client-address.js";

async function addressOf(
  trustProxy: boolean | string,
  headers: Record<string, string>,
  remoteAddress = "10.0.0.9",
): Promise<string> {
  const app = Fastify({ trustProxy });
  const read = clientAddressReader(trustProxy);
  app.get("/", (request) => read(request));
  const { body } = await app.inject({ url: "/", headers, remoteAddress });
  return body;
}

const chain = { "x-forwarded-for": "1.1.1.1, 2.2.2.2" };
const cloudflare = { "cf-connecting-ip": "3.3.3.3" };

describe("clientAddressReader", () => {
  it("believes nobody by default", async () => {
    expect(await addressOf(false, { ...chain, ...cloudflare })).toBe("10.0.0.9");
  });

  it("takes what every proxy says", async () => {
    expect(await addressOf(true, { ...chain, ...cloudflare })).toBe("3.3.3.3");
    expect(await addressOf(true, cloudflare)).toBe("3.3.3.3");
    expect(await addressOf(true, chain)).toBe("1.1.1.1, 2.2.2.2");
    expect(await addressOf(true, { "x-forwarded-for": "any text" })).toBe("any text");
    expect(await addressOf(true, {})).toBe("10.0.0.9");
  });

  it("takes what the named proxies say", async () => {
    expect(await addressOf("10.0.0.0/8, loopback", chain)).toBe("2.2.2.2");
    expect(await addressOf("10.0.0.0/8", { ...chain, ...cloudflare })).toBe("3.3.3.3");
    expect(await addressOf("10.0.0.0/8", { ...chain, ...cloudflare }, "11.0.0.9")).toBe("11.0.0.9");
    expect(await addressOf("10.0.0.0/8,2.0.0.0/8", chain)).toBe("1.1.1.1");
  });
});
