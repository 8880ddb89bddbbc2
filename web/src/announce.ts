// One polite live region for what happens without a change of focus: a new period, a copied table.

let region: HTMLElement | undefined;

function liveRegion(): HTMLElement {
  if (!region?.isConnected) {
    region = document.createElement("div");
    region.className = "visually-hidden";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  return region;
}

/** Says a sentence to those who listen. */
export function announce(text: string): void {
  liveRegion().textContent = text;
}

/** After a partial update, says which page it has become. */
export function announceAfterSwaps(target: Document): void {
  target.addEventListener("htmx:afterSettle", () => {
    announce(target.querySelector("[data-announce]")?.textContent.trim() ?? target.title);
  });
}
