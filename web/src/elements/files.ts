// A chart as a file: the drawing with its title and subtitle in it, so that it can be cited away from its page.

const SPACE = "http://www.w3.org/2000/svg";

/** Breaks a text into lines of about `width` pixels at that letter size. */
export function lines(text: string, width: number, size: number): string[] {
  const most = Math.max(8, Math.floor(width / (size * 0.56)));
  const out: string[] = [];
  for (const part of text.split(" ")) {
    const last = out.at(-1);
    if (last !== undefined && last.length + part.length < most) {
      out[out.length - 1] = `${last} ${part}`;
    } else {
      out.push(part);
    }
  }
  return out;
}

/** The drawing as a document of its own, in its light colours, headed by its title and subtitle. */
export function drawingAsFile(svg: SVGSVGElement, title: string, subtitle: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const { width, height } = svg.viewBox.baseVal;
  const heading = document.createElementNS(SPACE, "g");
  let y = 4;
  const write = (text: string, size: number, weight: string): void => {
    for (const line of lines(text, width, size)) {
      y += size * 1.25;
      const element = document.createElementNS(SPACE, "text");
      element.setAttribute("y", String(y));
      element.setAttribute("font-size", String(size));
      element.setAttribute("font-weight", weight);
      element.textContent = line;
      heading.append(element);
    }
  };
  write(title, 16, "600");
  write(subtitle, 13, "400");
  y += 14;
  const ground = document.createElementNS(SPACE, "rect");
  for (const [name, value] of Object.entries({ x: -16, y: -16, width: width + 32, height: height + y + 32, fill: "#ffffff" })) {
    ground.setAttribute(name, String(value));
  }
  const body = document.createElementNS(SPACE, "g");
  body.setAttribute("transform", `translate(0 ${y})`);
  body.append(...copy.childNodes);
  copy.replaceChildren(ground, heading, body);
  copy.setAttribute("viewBox", `-16 -16 ${width + 32} ${height + y + 32}`);
  copy.setAttribute("width", String(width + 32));
  copy.setAttribute("height", String(height + y + 32));
  for (const point of copy.querySelectorAll("[tabindex]")) {
    point.removeAttribute("tabindex");
  }
  return new XMLSerializer().serializeToString(copy);
}

/** Offers a text as a file. */
export function save(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
