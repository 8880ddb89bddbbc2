// Promises of the parts that need no browser.
import { describe, expect, it } from "vitest";

import { lines } from "../src/elements/files";
import { wantedKey } from "../src/keys";
import { nearest, nextPoint, placeTooltip } from "../src/points";
import { csv, disarmed, tabbed } from "../src/table";

describe("a walk over points", () => {
  const points = [{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 4, y: 0 }, { x: 1, y: 1 }, { x: 3, y: 1 }];

  it("goes along a series and skips its gaps", () => {
    expect(nextPoint(points, 1, "ArrowRight")).toBe(2);
    expect(nextPoint(points, 2, "ArrowLeft")).toBe(1);
  });

  it("stops at the ends", () => {
    expect(nextPoint(points, 2, "ArrowRight")).toBeUndefined();
    expect(nextPoint(points, 0, "ArrowLeft")).toBeUndefined();
    expect(nextPoint(points, 0, "ArrowUp")).toBeUndefined();
  });

  it("changes series at the same place, or the nearest one", () => {
    expect(nextPoint(points, 1, "ArrowDown")).toBe(3);
    expect(nextPoint(points, 2, "ArrowDown")).toBe(4);
    expect(nextPoint(points, 4, "ArrowUp")).toBe(2);
  });

  it("jumps to the ends of its series", () => {
    expect(nextPoint(points, 0, "End")).toBe(2);
    expect(nextPoint(points, 2, "Home")).toBe(0);
  });
});

describe("a pointer", () => {
  const spot = (left: number, top: number, size = 4) => ({ left, top, right: left + size, bottom: top + size });

  it("finds the nearest mark within reach", () => {
    expect(nearest(10, 10, [spot(0, 0), spot(12, 10)], 20)).toBe(1);
    expect(nearest(100, 100, [spot(0, 0)], 20)).toBeUndefined();
  });

  it("prefers the small mark that lies on a large one", () => {
    expect(nearest(5, 5, [spot(0, 0, 100), spot(4, 4)], 20)).toBe(1);
  });

  it("keeps the tooltip within the chart", () => {
    expect(placeTooltip(spot(0, 50), { width: 100, height: 20 }, { width: 300 })).toEqual({ left: 0, top: 22 });
    expect(placeTooltip(spot(296, 50), { width: 100, height: 20 }, { width: 300 }).left).toBe(200);
    expect(placeTooltip(spot(100, 5), { width: 50, height: 20 }, { width: 300 }).top).toBe(17);
  });
});

describe("a table as text", () => {
  it("follows the reader's spreadsheet", () => {
    expect(csv([["Semaine", "Part; en %"], ["S1", "12.5"]], "fr")).toBe('Semaine;"Part; en %"\r\nS1;12,5\r\n');
    expect(csv([["Week", 'a "b"'], ["W1", "12.5"]], "en")).toBe('Week,"a ""b"""\r\nW1,12.5\r\n');
  });

  it("runs no formula", () => {
    expect(["=1+1", "+1", "@x", "-x", "-2"].map(disarmed)).toEqual(["'=1+1", "'+1", "'@x", "'-x", "-2"]);
    expect(tabbed([["a\tb", "=c"]])).toBe("a b\t'=c");
  });
});

describe("keys", () => {
  const press = (key: string, inField = false, ctrlKey = false) => wantedKey({ key, ctrlKey, metaKey: false, altKey: false }, inField);

  it("are those the page names", () => {
    expect([press("X"), press("ArrowLeft"), press("?"), press("/"), press("Escape")]).toEqual(["x", "ArrowLeft", "?", "/", "Escape"]);
    expect(press("Enter")).toBeUndefined();
  });

  it("leave browser commands and typing alone", () => {
    expect(press("w", false, true)).toBeUndefined();
    expect(press("x", true)).toBeUndefined();
    expect(press("Escape", true)).toBe("Escape");
  });
});

describe("a heading in a file", () => {
  it("is broken at spaces", () => {
    expect(lines("La production reprend après chaque vacance", 160, 16).every((line) => line.length <= 20)).toBe(true);
    expect(lines("Court", 160, 16)).toEqual(["Court"]);
  });
});
