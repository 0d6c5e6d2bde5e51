import { createMask, type Mask } from "@switchyard/masking";

/** Masks that are kept. To make one takes longer than to mask a few lines, and a producer names the same secrets each time. */
const mostMasks = 200;

/** Makes masks for lists of secrets; those that were asked for lately are there already. */
export function createMasks(): (secrets: readonly string[]) => Mask {
  const masks = new Map<string, Mask>();
  return (secrets) => {
    const key = JSON.stringify(secrets);
    const known = masks.get(key);
    const mask = known ?? createMask(secrets, { withinLines: true });
    // The one that was asked for last stands last.
    masks.delete(key);
    masks.set(key, mask);
    const [oldest] = masks.keys();
    if (masks.size > mostMasks && oldest !== undefined) masks.delete(oldest);
    return mask;
  };
}
