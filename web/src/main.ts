// What the browser adds to pages that are complete without it: partial updates, chart points that speak,
// keys. Nothing here knows a figure that the page does not already hold.
import htmx from "htmx.org";

import { announceAfterSwaps } from "./announce";
import { ChartElement } from "./elements/chart";
import { listenForKeys } from "./keys";
import "./styles/index.css";

// A strict content policy forbids evaluated strings and injected styles, and we need neither.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // no page with pupils' figures is kept in the browser's storage

customElements.define("ec-chart", ChartElement);
listenForKeys(document);
announceAfterSwaps(document);
document.documentElement.classList.add("js");
