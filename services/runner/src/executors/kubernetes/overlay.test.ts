import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@switchyard/testkit";
import { expect, onTestFinished, test } from "vitest";
import { applyOverlay, readOverlay } from "./overlay.js";

async function overlayOf(yaml: string) {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory.remove());
  const path = join(directory.path, "template.yaml");
  await writeFile(path, yaml);
  return readOverlay(path);
}

const template = {
  metadata: { labels: { a: "1" } },
  spec: {
    containers: [{ name: "job", image: "x", env: [{ name: "A", value: "1" }], resources: { limits: { cpu: "1" } } }],
    tolerations: [{ key: "a" }],
  },
};

test("the operator's word wins; named things are joined, other lists are appended", async () => {
  const overlay = await overlayOf(`
metadata: { labels: { b: "2" } }
spec:
  priorityClassName: low
  tolerations: [{ key: b }]
  containers:
    - name: job
      env: [{ name: A, value: "2" }, { name: B, value: "3" }]
      resources: { limits: { memory: 1Gi } }
    - { name: side, image: y }
`);
  expect(applyOverlay(template, overlay)).toEqual({
    metadata: { labels: { a: "1", b: "2" } },
    spec: {
      priorityClassName: "low",
      tolerations: [{ key: "a" }, { key: "b" }],
      containers: [
        {
          ...{ name: "job", image: "x" },
          env: [
            { name: "A", value: "2" },
            { name: "B", value: "3" },
          ],
          resources: { limits: { cpu: "1", memory: "1Gi" } },
        },
        { name: "side", image: "y" },
      ],
    },
  });
});

test("a whole PodTemplate is read too; what is none is refused", async () => {
  const whole = await overlayOf("{ apiVersion: v1, kind: PodTemplate, template: { spec: { hostname: h } } }");
  expect(whole).toEqual({ spec: { hostname: "h" } });
  await expect(overlayOf("spce: {}")).rejects.toThrow("spce is no field of a pod template");
  await expect(overlayOf("[]")).rejects.toThrow("is no pod template");
});
