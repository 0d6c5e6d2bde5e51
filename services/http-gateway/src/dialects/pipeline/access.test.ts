import Fastify from "fastify";
import { describe, expect, it } from "vitest";
import { setUpEdge } from "../../http/dialect-edge.js";
import { createAccess } from "./access.js";
import { edge } from "./errors.js";
import { body, text } from "./schemas/common.js";
import { compileValidator } from "./validation.js";

const secret = "0123456789abcdef";

function serve(settings: Partial<Parameters<typeof createAccess>[0]>) {
  const access = createAccess({ secret, environment: "development", annotationsNeedToken: false, ...settings });
  const app = Fastify();
  setUpEdge(app, edge);
  app.setValidatorCompiler(compileValidator);
  const schema = { body: body({ job_id: text }, ["job_id"]) };
  app.post("/guarded", { preValidation: access.token, schema }, async () => ({}));
  app.get("/guarded", { preValidation: access.token }, async () => ({}));
  app.get("/annotations", { preValidation: access.annotations }, async () => ({}));
  return async (path: string, authorization?: string, payload?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    const method = payload === undefined ? "GET" : "POST";
    const answer = await app.inject({ method, url: path, headers, ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, detail: answer.json().detail, challenge: answer.headers["www-authenticate"] };
  };
}

const refused = (detail: string) => ({ status: 401, detail, challenge: "Bearer" });
const [none, other] = [refused("Not authenticated"), refused("Invalid authentication token")];

describe("the token", () => {
  it("opens, and nothing else does", async () => {
    const call = serve({});
    expect(await call("/guarded", `Bearer ${secret}`)).toMatchObject({ status: 200 });
    expect(await call("/guarded", `bearer  ${secret} `)).toMatchObject({ status: 200 });
    for (const header of [undefined, "", "Bearer", "Bearer ", `Basic ${secret}`, secret]) {
      expect(await call("/guarded", header)).toEqual(none);
    }
    for (const header of ["Bearer x", `Bearer ${secret}x`, `Bearer ${secret} ${secret}`]) {
      expect(await call("/guarded", header)).toEqual(other);
    }
  });

  it("may be any while none is configured, outside of production", async () => {
    const call = serve({ secret: undefined });
    expect(await call("/guarded", "Bearer x")).toMatchObject({ status: 200 });
    expect(await call("/guarded")).toEqual(none);
    const closed = serve({ secret: undefined, environment: "production" });
    expect(await closed("/guarded", "Bearer x")).toEqual(other);
  });

  it("is asked for behind a body that is no JSON, and before its members", async () => {
    const call = serve({});
    expect(await call("/guarded", "Bearer x", "{")).toMatchObject({ status: 422, detail: [{ type: "json_invalid" }] });
    expect(await call("/guarded", "Bearer x", "{}")).toEqual(other);
    expect(await call("/guarded", undefined, '{"job_id":"x"}')).toEqual(none);
    expect(await call("/guarded", `Bearer ${secret}`, "{}")).toMatchObject({
      status: 422,
      detail: [{ type: "missing" }],
    });
  });

  it("is asked of annotations where the operator wants it", async () => {
    expect(await serve({})("/annotations")).toMatchObject({ status: 200 });
    expect(await serve({ annotationsNeedToken: true })("/annotations")).toEqual(none);
  });
});
