// Where the points of a chart are, and which one comes next: pure, so that it can be tested without a browser.

export interface Place {
  /** Position along the axis. */
  x: number;
  /** Series or row. */
  y: number;
}

export interface Spot {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * The index of the point that an arrow leads to. Left and right stay in the series and skip gaps; up and down stay at
 * the position, or as near to it as the other series has points. Home and End go to the ends of the series.
 */
export function nextPoint(points: readonly Place[], current: number, key: string): number | undefined {
  const here = points[current];
  if (!here) {
    return undefined;
  }
  const among = (keep: (p: Place) => boolean, cost: (p: Place) => number): number | undefined => {
    let best: number | undefined;
    points.forEach((p, i) => {
      const incumbent = best === undefined ? undefined : points[best];
      if (i !== current && keep(p) && (incumbent === undefined || cost(p) < cost(incumbent))) {
        best = i;
      }
    });
    return best;
  };
  // One step of series outweighs any distance along the axis.
  const across = (p: Place): number => Math.abs(p.y - here.y) * 10_000 + Math.abs(p.x - here.x);
  switch (key) {
    case "ArrowRight":
      return among((p) => p.y === here.y && p.x > here.x, (p) => p.x);
    case "ArrowLeft":
      return among((p) => p.y === here.y && p.x < here.x, (p) => -p.x);
    case "ArrowDown":
      return among((p) => p.y > here.y, across);
    case "ArrowUp":
      return among((p) => p.y < here.y, across);
    case "Home":
      return among((p) => p.y === here.y && p.x < here.x, (p) => p.x);
    case "End":
      return among((p) => p.y === here.y && p.x > here.x, (p) => -p.x);
    default:
      return undefined;
  }
}

/** How far a pointer is from a mark: zero inside. */
export function distance(x: number, y: number, spot: Spot): number {
  const dx = Math.max(spot.left - x, 0, x - spot.right);
  const dy = Math.max(spot.top - y, 0, y - spot.bottom);
  return Math.hypot(dx, dy);
}

/** The mark under or nearest to the pointer, within reach. The smaller one wins where two are equally near. */
export function nearest(x: number, y: number, spots: readonly Spot[], reach: number): number | undefined {
  let best: number | undefined;
  let bestCost = Infinity;
  spots.forEach((spot, i) => {
    const far = distance(x, y, spot);
    const size = (spot.right - spot.left) * (spot.bottom - spot.top);
    const cost = far + size * 1e-6;
    if (far <= reach && cost < bestCost) {
      best = i;
      bestCost = cost;
    }
  });
  return best;
}

/** Where a tooltip goes: above the mark, below it where the chart ends, never beyond its sides. */
export function placeTooltip(spot: Spot, tip: { width: number; height: number }, room: { width: number }): { left: number; top: number } {
  const middle = (spot.left + spot.right) / 2;
  const left = Math.min(Math.max(middle - tip.width / 2, 0), Math.max(room.width - tip.width, 0));
  const above = spot.top - tip.height - 8;
  return { left, top: above >= 0 ? above : spot.bottom + 8 };
}
