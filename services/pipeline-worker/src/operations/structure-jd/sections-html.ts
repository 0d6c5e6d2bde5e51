import { escapeHtml } from "../html/escape-html.js";
import type { Section } from "./section.js";

/** Sections as HTML. The page that shows it finds texts again by the ids and places in its attributes. */
export function sectionsHtml(sections: readonly Section[]): string {
  return ['<div class="jd-processed">', ...sections.map(sectionHtml), "</div>"].join("\n");
}

function sectionHtml(section: Section): string {
  const { section_type: type, index, char_start: start, char_end: end } = section;
  const id = `jd-section-${type}-${index}`;
  const attributes = [
    `id="${id}"`,
    `data-section-type="${type}"`,
    `data-section-index="${index}"`,
    `data-char-start="${start}"`,
    `data-char-end="${end}"`,
    `class="jd-section jd-section-${type}"`,
  ];
  const header = `<h3 class="jd-section-header" data-header="true">${escapeHtml(section.header)}</h3>`;
  return [
    `<section ${attributes.join(" ")}>`,
    ...(section.header === "" ? [] : [header]),
    ...(section.items.length === 0 ? [plainContent(section)] : itemList(section, id)),
    "</section>",
  ].join("\n");
}

function plainContent({ content }: Section): string {
  return `<div class="jd-section-content">${escapeHtml(content)}</div>`;
}

function itemList({ items, content, char_start: sectionStart }: Section, sectionId: string): string[] {
  const rows = items.map((item, index) => {
    const start = sectionStart + Math.max(0, content.indexOf(item));
    const place = `data-item-index="${index}" data-char-start="${start}" data-char-end="${start + item.length}"`;
    return `<li id="${sectionId}-item-${index}" ${place} class="jd-item">${escapeHtml(item)}</li>`;
  });
  return ['<ul class="jd-section-items">', ...rows, "</ul>"];
}
