/** Tells whether a text is an RFC 3339 time; the zone may be left out. */
export function isDateTime(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[-+]\d{2}:?\d{2})?$/.test(text) &&
    !Number.isNaN(parseTime(text))
  );
}

/** Milliseconds since 1970 of an RFC 3339 time; one without a zone is UTC. NaN if it is none. */
export function parseTime(text: string): number {
  const normal = text.replace(" ", "T").toUpperCase();
  return Date.parse(/(Z|[-+]\d{2}:?\d{2})$/.test(normal) ? normal : `${normal}Z`);
}
