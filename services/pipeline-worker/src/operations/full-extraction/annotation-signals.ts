import { objectOf, objectsOf, textOf, type JsonObject } from "../json/values.js";

/** What a person's annotations say about the fit. */
export interface AnnotationSignals {
  /** 0 to 100; null without annotations. */
  readonly annotation_score: number | null;
  readonly good_match_count: number;
  readonly partial_match_count: number;
  readonly gap_count: number;
  readonly strategic_notes: readonly string[];
  readonly must_have_gaps: readonly { readonly text: string; readonly reframe_note: string }[];
  readonly annotation_summary: string;
}

const factors: Readonly<Record<string, number>> = {
  core_strength: 3,
  extremely_relevant: 2,
  relevant: 1,
  tangential: 0.7,
  gap: 0.3,
};
/** The strongest factor is worth 100. */
const scale = 33.33;
const mustHaveWeight = 2;

/** Sums up annotations: counts by relevance, and a score in which what the role must have counts twice. */
export function annotationSignals(posting: JsonObject): AnnotationSignals {
  const annotations = objectsOf(objectOf(posting["jd_annotations"])["annotations"]).map(readAnnotation);
  const count = (...words: readonly string[]) =>
    annotations.filter(({ relevance }) => words.includes(relevance)).length;
  const good = count("core_strength", "extremely_relevant");
  const partial = count("relevant", "tangential");
  const gaps = count("gap");
  const weight = annotations.reduce((sum, annotation) => sum + annotation.weight, 0);
  const weighted = annotations.reduce((sum, { weight, factor }) => sum + factor * weight * scale, 0);
  return {
    annotation_score: weight === 0 ? null : Math.trunc(weighted / weight),
    good_match_count: good,
    partial_match_count: partial,
    gap_count: gaps,
    strategic_notes: annotations.map(({ note }) => note).filter((note) => note !== ""),
    must_have_gaps: annotations
      .filter(({ relevance, mustHave }) => relevance === "gap" && mustHave)
      .map(({ text, reframe }) => ({ text, reframe_note: reframe })),
    annotation_summary: summary(good, partial, gaps),
  };
}

function readAnnotation(annotation: JsonObject) {
  const relevance = textOf(annotation["relevance"]) || "relevant";
  const mustHave = annotation["requirement_type"] === "must_have";
  return {
    relevance,
    mustHave,
    weight: mustHave ? mustHaveWeight : 1,
    factor: factors[relevance] ?? 1,
    note: textOf(annotation["strategic_note"]),
    reframe: textOf(annotation["reframe_note"]),
    text: textOf(objectOf(annotation["target"])["text"]),
  };
}

function summary(good: number, partial: number, gaps: number): string {
  const parts = [
    ...(good > 0 ? [`${good} strong matches`] : []),
    ...(partial > 0 ? [`${partial} partial matches`] : []),
    ...(gaps > 0 ? [`${gaps} gaps`] : []),
  ];
  return parts.length === 0 ? "No annotations available" : parts.join(", ");
}
