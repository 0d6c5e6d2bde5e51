/**
 * A fact that a runner tells about its process, as the core keeps one: at most 255 bytes without control characters. Nothing
 * depends on it and nobody asks for it here, so what does not fit is left out instead of being refused.
 */
export function factOf(text: string | undefined): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: leaving them out is the purpose
  const plain = (text ?? "").replace(/[\u0000-\u001f\u007f]/g, "");
  return new TextDecoder().decode(new TextEncoder().encode(plain).subarray(0, 255), { stream: true });
}
