// Holds the promise of the tokens: 4.5:1 for text, 3:1 for marks and the borders of controls, light and dark.
import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../src/styles/tokens.css", import.meta.url), "utf8");

type Tokens = Record<string, string>;

/** The colours declared in the block that a selector opens. */
function block(selector: string): Tokens {
  const start = css.indexOf(selector);
  const body = css.slice(css.indexOf("{", start) + 1, css.indexOf("}", start));
  return Object.fromEntries([...body.matchAll(/(--c-[\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1] ?? "", m[2] ?? ""]));
}

function luminance(hex: string): number {
  const channel = (at: number): number => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const light = block(":root {");
const system = block(':root:not([data-theme="light"]) {');
const chosen = block(':root[data-theme="dark"] {');

describe.each([["light", light], ["dark", chosen]])("%s colours", (_, tokens) => {
  const of = (name: string): string => tokens[name] ?? "missing";

  it.each([
    ["--c-text", "--c-ground"],
    ["--c-text", "--c-surface"],
    ["--c-text", "--c-band"],
    ["--c-text", "--c-notice"],
    ["--c-muted", "--c-ground"],
    ["--c-muted", "--c-surface"],
    ["--c-muted", "--c-band"],
    ["--c-muted", "--c-sunken"],
    ["--c-accent", "--c-surface"],
    ["--c-accent", "--c-ground"],
    ["--c-accent", "--c-accent-soft"],
    ["--c-on-accent", "--c-accent"],
    ["--c-error", "--c-error-soft"],
  ])("text %s is read on %s", (text, ground) => {
    expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["ours", "context", "0", "1", "2", "3", "4", "5", "6", "control"])("mark %s is seen", (mark) => {
    expect(contrast(of(`--c-${mark}`), of("--c-surface"))).toBeGreaterThanOrEqual(3);
  });

  it("steps of the hue go one way", () => {
    const steps = [0, 1, 2, 3, 4, 5].map((k) => contrast(of(`--c-q${k}`), of("--c-surface")));
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
  });
});

it("the system's dark and the chosen dark are one", () => {
  expect(system).toEqual(chosen);
});
