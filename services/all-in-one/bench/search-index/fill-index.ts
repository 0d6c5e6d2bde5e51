import type { SwitchyardClient } from "@switchyard/client";
import { collections, defaultNamespace as namespace } from "@switchyard/pipeline-model";

/** Jobs of one write. */
const batchSize = 500;
/** Writes on the way at once. */
const writers = 2;

const titles = ["Software Engineer", "Staff Engineer", "Engineering Manager", "Data Scientist", "Product Manager"];
const places = ["Dubai", "Berlin", "Remote", "Doha", "Toronto", "Riyadh", "Lisbon"];
const sources = ["indeed", "bayt", "himalayas"];
const words = "team platform cloud systems product data security design growth delivery quality customer".split(" ");

/** Fills the search index with jobs that differ in everything that queries ask for. */
export async function fillIndex(client: SwitchyardClient, jobs: number): Promise<void> {
  let next = 0;
  const write = async () => {
    while (next < jobs) {
      const from = next;
      next += batchSize;
      const count = Math.min(batchSize, jobs - from);
      const writes = Array.from({ length: count }, (_, index) => {
        const number = from + index;
        const value = { body: Buffer.from(JSON.stringify(indexJob(number))) };
        const key = number.toString(16).padStart(24, "0");
        return { collection: collections.searchIndex.name, key, operation: { case: "put" as const, value } };
      });
      await client.catalog.writeDocuments({ namespace, writes });
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
}

function indexJob(number: number): object {
  const pick = (list: readonly string[], step: number) => list[Math.floor(number / step) % list.length] ?? "";
  const [title, place, source] = [pick(titles, 3), pick(places, 7), pick(sources, 1)];
  const company = `Company ${number % 4999}`;
  const description = Array.from({ length: 150 }, (_, index) => pick(words, index + 1)).join(" ");
  const found = new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString().replace("Z", "000");
  return {
    dedupeKey: `${source}|${number}`,
    ...{ title, company, location: place, url: `https://example.org/${number}`, source, source_id: String(number) },
    region: number % 3 === 0 ? "gulf" : "worldwide_remote",
    is_remote: number % 5 < 2,
    ...{ discovered_at: found, last_seen_at: found, posted_date: found.slice(0, 10), search_hits: 1 },
    promoted_to_level2: number % 50 === 0,
    hidden: number % 40 === 0,
    quick_score: number % 4 === 0 ? null : number % 101,
    description,
    text: [title, company, place, description].join("\n"),
  };
}
