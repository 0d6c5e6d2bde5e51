import { createSwitchyardClient, type SwitchyardClient } from "@switchyard/client";
import { collections } from "@switchyard/pipeline-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newPostingId as newId, okCaller, pipelineCaller, pipelineSecret } from "./pipeline-calls.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// Documents of the pipeline dialect where several write at once, and the search index with jobs in it.
let system: TestSystem;
let client: SwitchyardClient;
const call = pipelineCaller(() => `http://${system.addresses.http}/pipeline`);
const ok = okCaller(call);
const times = <T>(count: number, once: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => once(index)));

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "off" },
    RUNNER_API_SECRET: pipelineSecret,
  });
  client = createSwitchyardClient({ transport: system.transport });
});
afterAll(async () => {
  client.close();
  await system.stop();
});

/** Puts jobs into the search index, as a search of the worker does. */
async function fillIndex(jobs: readonly Record<string, unknown>[]): Promise<string[]> {
  const ids = jobs.map(() => newId());
  const writes = jobs.map((job, index) => {
    const body = { dedupeKey: `test|${ids[index]}`, title: "Engineer", company: "Acme", source: "bayt", ...job };
    const text = `${String(body.title)} ${String(body.company)}`;
    const value = { body: Buffer.from(JSON.stringify({ ...body, text })) };
    const operation = { case: "put" as const, value };
    return { collection: collections.searchIndex.name, key: ids[index] ?? "", operation };
  });
  await client.catalog.writeDocuments({ namespace: "pipeline", writes });
  return ids;
}

describe("the master CV", () => {
  it("has nothing before somebody writes it", async () => {
    const refused = async (method: string, path: string, body?: unknown) => {
      const answer = await call(method, `/api/master-cv/${path}`, body);
      return [answer.status, answer.body.detail];
    };
    expect(await refused("GET", "metadata")).toEqual([404, "Metadata not found"]);
    expect(await refused("GET", "taxonomy")).toEqual([404, "Taxonomy not found"]);
    expect(await refused("PUT", "metadata/roles/r1", { title: "CTO" })).toEqual([
      500,
      "Failed to update role metadata",
    ]);
    const skill = { role_category: "a", section_name: "b", skill: "c" };
    expect(await refused("POST", "taxonomy/skill", skill)).toEqual([500, "Failed to add skill"]);
    expect(await refused("POST", "cv-editor/publish")).toEqual([400, "No CV editor state saved"]);
    expect(await refused("GET", "cv-editor/upload")).toEqual([400, "No published CV to upload"]);

    expect(await ok("GET", "/api/master-cv/cv")).toEqual({
      success: true,
      cv: { metadata: null, taxonomy: null, roles: [] },
    });
    expect(await ok("GET", "/api/master-cv/cv/health")).toMatchObject({
      healthy: false,
      checks: { storage: true, metadata: false, taxonomy: false, roles: false },
      stats: { metadata_version: null, taxonomy_version: null, roles_count: 0, history_entries: 0 },
    });
    expect(await ok("GET", "/api/master-cv/cv/validate")).toMatchObject({ valid: false, errors: expect.any(Array) });
    expect(await ok("GET", "/api/master-cv/cv-editor/state")).toMatchObject({
      state: { version: 1, content: { type: "doc", content: [] } },
    });
  });

  it("gives every version once when many write at the same time, and keeps each in the history", async () => {
    const written = await times(20, (index) =>
      ok("PUT", "/api/master-cv/metadata", { candidate: { name: `Ada ${index}` }, updated_by: `u${index}` }),
    );
    const versions = written.map(({ version }) => Number(version));
    expect([...versions].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));

    const { history } = (await ok("GET", "/api/master-cv/history/master_cv_metadata?limit=100")) as {
      history: { version: number; data: { version: number; candidate: { name: string } } }[];
    };
    expect(history.map(({ version }) => version)).toEqual(Array.from({ length: 19 }, (_, index) => 19 - index));
    // Each version has the content of the caller that was told its number.
    for (const { version, data } of history) {
      expect(data).toMatchObject({ version, candidate: { name: `Ada ${versions.indexOf(version)}` } });
    }
  });

  it("makes the content of an old version a new one", async () => {
    const { metadata: before } = (await ok("GET", "/api/master-cv/metadata")) as { metadata: { version: number } };
    const next = await ok("PUT", "/api/master-cv/metadata", { candidate: { name: "Other" } });
    expect(next["version"]).toBe(before.version + 1);
    const rollback = `/api/master-cv/rollback/master_cv_metadata/${before.version}`;
    expect(await ok("POST", rollback, { updated_by: "cy" })).toEqual({
      success: true,
      message: `Rolled back master_cv_metadata/canonical to version ${before.version}`,
    });
    const { metadata } = await ok("GET", "/api/master-cv/metadata");
    expect(metadata).toMatchObject({
      ...before,
      version: before.version + 2,
      updated_by: "cy",
      updated_at: expect.any(String),
    });
    const { stats } = await ok("GET", "/api/master-cv/stats");
    expect(stats).toMatchObject({ metadata_version: before.version + 2, history_entries: before.version + 1 });
  });
});

describe("contacts", () => {
  it("are all there when many add at the same time", async () => {
    const id = newId();
    await ok("PUT", `/api/jobs/${id}/document`, { title: "CTO", company: "Acme" });
    await times(20, (index) =>
      ok("POST", `/api/jobs/${id}/contacts`, {
        contacts: [{ name: `C${index}`, role: "Lead", linkedin_url: "linkedin.com/in/c", primary: index % 2 === 0 }],
      }),
    );
    const { primary_contacts: primary, secondary_contacts: secondary } = (await ok(
      "GET",
      `/api/jobs/${id}/contacts`,
    )) as {
      primary_contacts: { name: string }[];
      secondary_contacts: { name: string }[];
    };
    const names = [...primary, ...secondary].map(({ name }) => name);
    expect(new Set(names).size).toBe(20);
    expect(primary).toHaveLength(10);
    expect(secondary).toHaveLength(10);
  });

  it("are removed once each when many remove at the same time", async () => {
    const id = newId();
    const contacts = Array.from({ length: 5 }, (_, index) => ({ name: `C${index}`, role: "Lead" }));
    await ok("PUT", `/api/jobs/${id}/document`, { primary_contacts: contacts });
    const answers = await times(8, () => call("DELETE", `/api/jobs/${id}/contacts/primary/0`));
    const removed = answers.filter(({ status }) => status === 200).map(({ body }) => body["message"]);
    expect([...removed].sort()).toEqual(contacts.map(({ name }) => `Deleted contact '${name}'`));
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(3);
  });
});

describe("the search index", () => {
  it("is filtered, sorted and counted", async () => {
    const word = `w${newId()}`;
    const [first = "", , hidden = ""] = await fillIndex([
      {
        company: word,
        title: "A",
        region: "gulf",
        is_remote: false,
        quick_score: 90,
        discovered_at: "2026-01-01T00:00:00.000000",
      },
      {
        company: word,
        title: "B",
        region: "gulf",
        is_remote: true,
        source: "indeed",
        discovered_at: "2026-01-02T00:00:00.000000",
      },
      {
        company: word,
        title: "C",
        region: "worldwide_remote",
        is_remote: true,
        quick_score: 60,
        discovered_at: "2026-01-03T00:00:00.000000",
      },
    ]);
    const titlesOf = async (query: string) => {
      const { jobs } = (await ok("GET", `/job-search/index?q=${word}${query}`)) as { jobs: { title: string }[] };
      return jobs.map(({ title }) => title).join("");
    };
    expect(await ok("GET", `/job-search/index?q=${word}&limit=2`)).toMatchObject({
      success: true,
      jobs: [{ title: "C" }, { title: "B", source: "indeed", quick_score: null }],
      total: 3,
      facets: {
        by_source: { bayt: 2, indeed: 1 },
        by_region: { gulf: 2, worldwide_remote: 1 },
        by_remote: { remote: 2, onsite: 1 },
      },
      pagination: { offset: 0, limit: 2, has_more: true },
    });
    expect(await titlesOf("&limit=2&offset=2")).toBe("A");
    expect(await titlesOf("&sort_by=title&sort_order=asc")).toBe("ABC");
    expect(await titlesOf("&sort_by=quick_score")).toBe("ACB");
    expect(await titlesOf("&sort_by=quick_score&sort_order=asc")).toBe("BCA");
    expect(await titlesOf("&min_score=60")).toBe("CA");
    expect(await titlesOf("&sources=indeed,himalayas")).toBe("B");
    expect(await titlesOf("&regions=gulf&remote_only=true")).toBe("B");

    expect(await ok("POST", `/job-search/hide/${hidden}`)).toEqual({
      success: true,
      job_id: hidden,
      hidden: true,
      error: null,
    });
    expect(await ok("POST", `/job-search/hide/${hidden}`)).toMatchObject({ success: true });
    expect(await titlesOf("")).toBe("BA");
    expect(await titlesOf("&include_hidden=true")).toBe("CBA");
    expect(await ok("GET", `/job-search/${hidden}`)).toMatchObject({
      job: { hidden: true, hidden_at: expect.any(String) },
    });
    expect(await ok("POST", `/job-search/unhide/${hidden}`)).toEqual({
      success: true,
      job_id: hidden,
      hidden: false,
      error: null,
    });
    expect(await ok("POST", `/job-search/unhide/${hidden}`)).toMatchObject({ success: false, error: "Job not found" });
    expect(await titlesOf("")).toBe("CBA");

    await ok("POST", `/job-search/promote/${first}`);
    expect(await titlesOf("&promoted=true")).toBe("A");
    expect(await titlesOf("&promoted=false")).toBe("CB");
    const { index } = (await ok("GET", "/job-search/stats")) as { index: Record<string, number> };
    expect(index["promoted"]).toBeGreaterThanOrEqual(1);
    expect(index["active"]).toBe((index["total_jobs"] ?? 0) - (index["hidden"] ?? 0));
  });

  it("makes one posting of a job, however many promote it", async () => {
    const [id = ""] = await fillIndex([
      { title: "VP", quick_score: 71, description: "Long.", url: "https://example.org/1" },
    ]);
    const answers = await times(5, () => ok("POST", `/job-search/promote/${id}`));
    const [made, ...others] = answers.filter(({ success }) => success === true);
    expect(others).toEqual([]);
    expect(made).toMatchObject({ index_job_id: id, tier: "Tier B+", error: null });
    const postingId = made?.["level2_job_id"];
    for (const answer of answers.filter(({ success }) => success === false)) {
      expect(answer).toMatchObject({ error: "Job already promoted", level2_job_id: postingId });
    }
    const { job } = await ok("GET", `/api/jobs/${String(postingId)}/document`);
    expect(job).toMatchObject({
      title: "VP",
      jobUrl: "https://example.org/1",
      description: "Long.",
      source: "bayt_promoted",
      status: "not processed",
      tier: "Tier B+",
      index_job_id: id,
    });
    expect(await ok("GET", `/job-search/${id}`)).toMatchObject({
      job: { promoted_to_level2: true, promoted_job_id: postingId, description: "Long." },
    });
  });

  it("says which posting there is already, and takes another tier", async () => {
    const [id = "", other = ""] = await fillIndex([{ title: "VP" }, { title: "CTO" }]);
    const posting = newId();
    await ok("PUT", `/api/jobs/${posting}/document`, { dedupeKey: `test|${id}` });
    expect(await ok("POST", `/job-search/promote/${id}`)).toMatchObject({
      success: false,
      level2_job_id: posting,
      error: "Job already exists in database",
    });
    expect(await ok("POST", `/job-search/promote/${other}?tier=Tier%20A`)).toMatchObject({
      success: true,
      tier: "Tier A",
    });
  });
});
