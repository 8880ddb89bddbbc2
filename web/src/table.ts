// The table behind a chart as text: for the clipboard and as a CSV file.

import type { Language } from "./words";

/** A table as rows of fields, the bare figure where a cell carries one. */
export function rowsOf(table: HTMLTableElement): string[][] {
  return Array.from(table.rows, (row) => Array.from(row.cells, (cell) => cell.dataset.value ?? cell.textContent.trim()));
}

/** Disarms what a spreadsheet would run as a formula. Numbers keep their sign. */
export function disarmed(field: string): string {
  return /^[=+@\t\r]/.test(field) || /^-(?!\d)/.test(field) ? `'${field}` : field;
}

const NUMBER = /^-?\d+(\.\d+)?$/;

/** CSV for the reader's spreadsheet: semicolons and decimal commas in French. */
export function csv(rows: string[][], language: Language): string {
  const separator = language === "fr" ? ";" : ",";
  const field = (text: string): string => {
    const localised = language === "fr" && NUMBER.test(text) ? text.replace(".", ",") : disarmed(text);
    return localised.includes(separator) || /["\r\n]/.test(localised) ? `"${localised.replaceAll('"', '""')}"` : localised;
  };
  return rows.map((row) => `${row.map(field).join(separator)}\r\n`).join("");
}

/** Tab-separated text, which spreadsheets and documents paste as a table. */
export function tabbed(rows: string[][]): string {
  return rows.map((row) => row.map((text) => disarmed(text).replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n");
}
