const suffixes: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

const form = /^(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** Whether a text is an amount that is not negative, as Kubernetes writes it: `500m`, `2`, `1.5Gi`, `1e3`. */
export function isQuantity(text: string): boolean {
  return form.test(text);
}

/** The number that a quantity stands for; close enough to compare two. NaN when it is none. */
export function quantityValue(text: string): number {
  const [, digits, exponent, suffix = ""] = form.exec(text) ?? [];
  if (digits === undefined) return Number.NaN;
  return exponent === undefined ? Number(digits) * (suffixes[suffix] as number) : Number(digits + exponent);
}
