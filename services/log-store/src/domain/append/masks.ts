import { createMask, type Mask } from "@switchyard/masking";

/** Characters of secrets whose masks are kept: a mask takes some seventy bytes for each. */
const mostCharacters = 256 * 1024;

/**
 * Makes masks for lists of secrets; those that were asked for lately are there already: to make one takes longer than to mask a few lines, and a producer names the same secrets each
 * time.
 */
export function createMasks(): (secrets: readonly string[]) => Mask {
  const masks = new Map<string, Mask>();
  let characters = 0;
  return (secrets) => {
    const key = JSON.stringify(secrets);
    const known = masks.get(key);
    const mask = known ?? createMask(secrets, { withinLines: true });
    // The one that was asked for last stands last.
    masks.delete(key);
    masks.set(key, mask);
    if (known === undefined) characters += key.length;
    for (const oldest of masks.keys()) {
      if (characters <= mostCharacters) break;
      masks.delete(oldest);
      characters -= oldest.length;
    }
    return mask;
  };
}
