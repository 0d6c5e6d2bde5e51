/** A shorter value would be found in words that are no secrets. In characters. */
export const shortestSecret = 6;

/**
 * The texts by which a secret can show in an output: the value and each of its lines, as Base64 (wherever in a longer encoded text
 * it stands, plain and URL-safe), URL-escaped, and inside a JSON string. Base64 that is broken into lines is not among them. Parts of less than
 * 6 characters are left out; the texts are of one or more bytes and each stands there once.
 */
export function secretForms(value: string): readonly string[] {
  if (value.length < shortestSecret) return [];
  const forms = [value, ...value.split(/\r?\n/), ...base64Forms(value), ...urlForms(value), ...jsonForms(value)];
  return [...new Set(forms)].filter((form) => form.length >= shortestSecret);
}

/**
 * Three bytes become four characters, so what a value looks like depends on how many bytes stand before it, modulo three. At either
 * end a character also holds bits of the neighbours; it is not looked for.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const inside = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const alone = bytes.toString("base64");
  const forms = [...inside, alone, alone.replace(/=+$/, "")];
  return [...forms, ...forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
}

/** As in paths, as strict encoders have it, as in forms (`+` for a blank), and with small hexadecimal digits. */
function urlForms(value: string): string[] {
  // What has half a character in it can't be encoded, and no program prints it so.
  if (!value.isWellFormed()) return [];
  const path = encodeURIComponent(value);
  const strict = path.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [path, strict].flatMap((form) => [form, form.replaceAll("%20", "+")]);
  return [...forms, ...forms.map((form) => form.replace(/%../g, (code) => code.toLowerCase()))];
}

/** With characters beyond ASCII as they are, and escaped. */
function jsonForms(value: string): string[] {
  const text = JSON.stringify(value).slice(1, -1);
  const ascii = text.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return [text, ascii, text.replaceAll("/", "\\/")];
}
