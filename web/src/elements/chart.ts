// <ec-chart>: adds to a drawn chart a tooltip, a keyboard walk over its points, series to hide, its table and files.
// The markup it finds (two drawings and a table) is complete by itself.

import { announce } from "../announce";
import { type Place, type Spot, nearest, nextPoint, placeTooltip } from "../points";
import { csv, rowsOf, tabbed } from "../table";
import { type Language, type Word, languageOf, word } from "../words";
import { drawingAsFile, save } from "./files";

/** How far from a mark the pointer may be, in pixels. */
const REACH = 24;

export class ChartElement extends HTMLElement {
  #tip: HTMLElement | undefined;
  #current: SVGGElement | undefined;
  #listening: AbortController | undefined;

  connectedCallback(): void {
    // The parser may call before the children are there; a module script runs late enough, a swap does not matter.
    if (!this.querySelector("svg")) {
      return;
    }
    const stop = (this.#listening = new AbortController());
    const { signal } = stop;
    for (const svg of this.querySelectorAll<SVGSVGElement>("svg.chart-svg")) {
      this.#nameWithoutNativeTip(svg);
      svg.addEventListener("pointermove", (event) => { this.#hover(svg, event); }, { signal });
      svg.addEventListener("pointerleave", () => { this.#hide(); }, { signal });
    }
    this.addEventListener("focusin", (event) => { this.#focused(event.target); }, { signal });
    this.addEventListener("focusout", () => { this.#hide(); }, { signal });
    this.addEventListener("keydown", (event) => { this.#key(event); }, { signal });
    this.#tools(signal);
  }

  disconnectedCallback(): void {
    this.#listening?.abort();
    this.#tip?.remove();
    this.#tip = undefined;
    this.querySelector(".chart-tools")?.remove();
  }

  get #language(): Language {
    return languageOf(this);
  }

  #word(key: Word): string {
    return word(this.#language, key);
  }

  /** The browser shows <title> as a tip over the whole drawing; the same name as an attribute does not do that. */
  #nameWithoutNativeTip(svg: SVGSVGElement): void {
    const title = svg.querySelector(":scope > title");
    if (title) {
      svg.setAttribute("aria-label", title.textContent);
      svg.removeAttribute("aria-labelledby");
      title.remove();
    }
  }

  #points(svg: SVGSVGElement): SVGGElement[] {
    return [...svg.querySelectorAll<SVGGElement>(".pt")].filter((p) => !p.closest(".is-off") && !p.querySelector(".is-off"));
  }

  #hover(svg: SVGSVGElement, event: PointerEvent): void {
    const points = this.#points(svg);
    const found = nearest(event.clientX, event.clientY, points.map((p) => p.getBoundingClientRect()), REACH);
    const point = found === undefined ? undefined : points[found];
    if (point) {
      this.#show(point);
    } else {
      this.#hide();
    }
  }

  #focused(target: EventTarget | null): void {
    if (target instanceof SVGGElement && target.classList.contains("pt")) {
      this.#show(target);
    }
  }

  #key(event: KeyboardEvent): void {
    const table = this.querySelector<HTMLDetailsElement>(".chart-table");
    if (event.key.toLowerCase() === "t" && table && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      table.open = !table.open;
      table.querySelector("summary")?.focus();
      return;
    }
    const point = event.target;
    if (!(point instanceof SVGGElement) || !point.classList.contains("pt") || !point.ownerSVGElement) {
      return;
    }
    const points = this.#points(point.ownerSVGElement);
    const places = points.map((p): Place => ({ x: Number(p.dataset.x), y: Number(p.dataset.y) }));
    const next = nextPoint(places, points.indexOf(point), event.key);
    if (event.key.startsWith("Arrow")) {
      // At the end of a series an arrow does nothing, rather than leaving for another period.
      event.preventDefault();
    }
    const target = next === undefined ? undefined : points[next];
    if (target) {
      event.preventDefault();
      point.setAttribute("tabindex", "-1");
      target.setAttribute("tabindex", "0");
      target.focus();
    }
  }

  #show(point: SVGGElement): void {
    if (this.#current === point) {
      return;
    }
    this.#current?.classList.remove("is-here");
    this.#current = point;
    point.classList.add("is-here");
    const tip = (this.#tip ??= this.#makeTip());
    tip.textContent = point.getAttribute("aria-label");
    tip.hidden = false;
    const room = this.getBoundingClientRect();
    const mark = point.getBoundingClientRect();
    const spot: Spot = { left: mark.left - room.left, right: mark.right - room.left, top: mark.top - room.top, bottom: mark.bottom - room.top };
    const { left, top } = placeTooltip(spot, { width: tip.offsetWidth, height: tip.offsetHeight }, room);
    tip.style.transform = `translate(${left}px, ${top}px)`;
  }

  #hide(): void {
    this.#current?.classList.remove("is-here");
    this.#current = undefined;
    if (this.#tip) {
      this.#tip.hidden = true;
    }
  }

  /** The tip is also what is announced, for readers that do not speak the names of points inside a drawing. */
  #makeTip(): HTMLElement {
    const tip = document.createElement("div");
    tip.className = "chart-tip";
    tip.setAttribute("role", "status");
    this.append(tip);
    return tip;
  }

  #tools(signal: AbortSignal): void {
    const bar = document.createElement("div");
    bar.className = "chart-tools";
    const files = document.createElement("span");
    files.className = "chart-files";
    bar.append(files);
    const button = (key: Word, label: Word, act: () => void): void => {
      const element = document.createElement("button");
      element.type = "button";
      element.className = "tool";
      element.textContent = this.#word(key);
      element.title = this.#word(label);
      element.addEventListener("click", act, { signal });
      files.append(element);
    };
    const table = this.querySelector("table");
    if (table) {
      // The clipboard exists only where the page came over a secure channel.
      if ("clipboard" in navigator) {
        button("copy", "copy", () => { void this.#copy(table); });
      }
      button("csv", "csvLabel", () => { save(`${this.id}.csv`, "text/csv", `\uFEFF${csv(rowsOf(table), this.#language)}`); });
    }
    button("svg", "svgLabel", () => { this.#saveDrawing(); });
    this.#seriesToggles(bar, signal);
    this.querySelector(".chart-foot")?.append(bar);
  }

  async #copy(table: HTMLTableElement): Promise<void> {
    await navigator.clipboard.writeText(tabbed(rowsOf(table)));
    announce(this.#word("copied"));
  }

  #saveDrawing(): void {
    const svg = [...this.querySelectorAll<SVGSVGElement>("svg.chart-svg")].find((s) => s.getBoundingClientRect().width > 0);
    if (svg) {
      const text = (selector: string): string => this.querySelector(selector)?.textContent.trim() ?? "";
      save(`${this.id}.svg`, "image/svg+xml", drawingAsFile(svg, text(".chart-title"), text(".chart-subtitle")));
    }
  }

  /** One switch per series, where there are so many that fewer would be clearer. */
  #seriesToggles(bar: HTMLElement, signal: AbortSignal): void {
    const names = [...this.querySelectorAll<SVGGElement>(".chart-wide :is(.labels, .legend) > [data-series]")];
    if (names.length < 3) {
      return;
    }
    const group = document.createElement("span");
    group.className = "chart-series";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", this.#word("series"));
    for (const label of names) {
      const series = label.dataset.series ?? "";
      const toggle = document.createElement("button");
      toggle.type = "button";
      toggle.className = "tool";
      toggle.setAttribute("aria-pressed", "true");
      toggle.textContent = [...label.querySelectorAll("text")].map((t) => t.textContent).join(" ");
      toggle.addEventListener("click", () => {
        const on = toggle.getAttribute("aria-pressed") !== "true";
        toggle.setAttribute("aria-pressed", String(on));
        for (const part of this.querySelectorAll(`[data-series="${CSS.escape(series)}"]`)) {
          part.classList.toggle("is-off", !on);
        }
        this.#hide();
      }, { signal });
      group.append(toggle);
    }
    bar.append(group);
  }
}
