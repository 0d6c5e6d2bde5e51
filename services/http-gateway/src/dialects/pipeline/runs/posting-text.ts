/** Members of a posting that may hold the description, the preferred one first. */
const descriptions = ["description", "job_description", "jobDescription", "jd_text"];

/** Tells whether a posting has a description. */
export function hasDescription(posting: Readonly<Record<string, unknown>>): boolean {
  return descriptions.some((name) => {
    const text = posting[name];
    return typeof text === "string" && text.trim() !== "";
  });
}
