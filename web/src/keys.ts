// Keys: an element that carries data-key="x" is followed when x is pressed, so the page itself says which keys exist
// (X comparison, arrows period, W M P Y units, / search, ? help, Esc back). Never while somebody types.

/** The data-key that a key press asks for, or none when it belongs to somebody else. */
export function wantedKey(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">, inField: boolean): string | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return undefined;
  }
  if (inField) {
    return event.key === "Escape" ? "Escape" : undefined;
  }
  const known = ["ArrowLeft", "ArrowRight", "Escape", "/", "?"];
  if (known.includes(event.key)) {
    return event.key;
  }
  return /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : undefined;
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

/** Whether arrows already mean something where the focus is: points of a chart, a table that scrolls. */
function hasOwnArrows(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(".pt, .table-scroll, [role=radiogroup]") !== null;
}

function act(element: HTMLElement): void {
  if (element instanceof HTMLInputElement && element.type !== "checkbox") {
    element.focus();
    element.select();
  } else if (element instanceof HTMLDetailsElement) {
    element.open = !element.open;
    element.querySelector("summary")?.focus();
  } else {
    element.click();
  }
}

/** The innermost open details around the focus, which Esc closes first. */
function openDetails(page: Document): HTMLDetailsElement | null {
  return page.activeElement?.closest<HTMLDetailsElement>("details[open]") ?? null;
}

/** Follows the keys of the page. */
export function listenForKeys(page: Document): void {
  page.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) {
      return;
    }
    const key = wantedKey(event, isField(event.target));
    if (key === undefined || (key.startsWith("Arrow") && hasOwnArrows(event.target))) {
      return;
    }
    if (key === "Escape") {
      const details = openDetails(page);
      if (details) {
        details.open = false;
        details.querySelector("summary")?.focus();
        event.preventDefault();
        return;
      }
    }
    const element = page.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
    if (element) {
      event.preventDefault();
      act(element);
    }
  });
}
