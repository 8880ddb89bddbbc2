// The few words that the scripts add by themselves, in both languages.

const WORDS = {
  fr: {
    copy: "Copier",
    copied: "Tableau copié.",
    csv: "CSV",
    csvLabel: "Télécharger le tableau (CSV)",
    svg: "Image",
    svgLabel: "Télécharger l’image (SVG)",
    series: "Afficher",
  },
  en: {
    copy: "Copy",
    copied: "Table copied.",
    csv: "CSV",
    csvLabel: "Download the table (CSV)",
    svg: "Image",
    svgLabel: "Download the image (SVG)",
    series: "Show",
  },
} as const;

export type Word = keyof (typeof WORDS)["fr"];
export type Language = keyof typeof WORDS;

/** The language of an element: its own or that of the nearest element which says one; French when none does. */
export function languageOf(element: Element): Language {
  const tag = element.closest("[lang]")?.getAttribute("lang") ?? "fr";
  return tag.startsWith("en") ? "en" : "fr";
}

/** A word in a language. */
export function word(language: Language, key: Word): string {
  return WORDS[language][key];
}
