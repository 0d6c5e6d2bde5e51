import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The files of the letters that documents are set in, by how they are set. They cover Latin, Cyrillic and Greek. */
const files = {
  regular: require.resolve("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"),
  italic: require.resolve("@expo-google-fonts/inter/400Regular_Italic/Inter_400Regular_Italic.ttf"),
  bold: require.resolve("@expo-google-fonts/inter/700Bold/Inter_700Bold.ttf"),
  boldItalic: require.resolve("@expo-google-fonts/inter/700Bold_Italic/Inter_700Bold_Italic.ttf"),
} as const;

/** A way in which text is set. */
export type FontName = keyof typeof files;

/** All ways in which text is set. */
export const fontNames = Object.keys(files) as readonly FontName[];

const read = new Map<FontName, Buffer>();

/** The bytes of a font; read once in the process's life. */
export function fontBytes(name: FontName): Buffer {
  const known = read.get(name) ?? readFileSync(files[name]);
  read.set(name, known);
  return known;
}
