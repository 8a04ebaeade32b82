// What a page does wrong for the eye and for a screen reader, one sentence a fault.
() => {
  const faults = [];
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(colour, [red, green, blue, alpha / 255]);
    }
    return known.get(colour);
  };
  const over = (above, below) =>
    [0, 1, 2].map((part) => above[part] * above[3] + below[part] * (1 - above[3]));
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((part) =>
      part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  // https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const background = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      layers.push(rgba(getComputedStyle(at).backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((below, above) => over(above, below), [255, 255, 255]);
  };
  const name = (element) =>
    `${element.localName}${element.className ? `.${String(element.className).replace(/ /g, ".")}` : ""}`;
  const judged = new Set();
  const judge = (element, style, text) => {
    const behind = background(element);
    const colour = over(rgba(style.color), behind);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = contrast(colour, behind);
    if (ratio >= (isLarge ? 3 : 4.5)) return;
    const fault = `${name(element)} ${style.color} has contrast ${ratio.toFixed(2)}`;
    if (!judged.has(fault)) faults.push(`${fault}: ${text.trim().slice(0, 30)}`);
    judged.add(fault);
  };

  for (const details of document.querySelectorAll("details")) details.open = true;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim()) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    judge(element, getComputedStyle(element), texts.currentNode.data);
  }
  for (const input of document.querySelectorAll("input[placeholder]")) {
    judge(input, getComputedStyle(input, "::placeholder"), input.placeholder);
    judge(input, getComputedStyle(input), input.value);
  }

  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) faults.push(`it is ${width} px wide on a screen of ${innerWidth}`);

  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(
    (heading) => !heading.closest(".prose"),
  );
  const levels = headings.map((heading) => Number(heading.localName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push("it has not one h1");
  levels.forEach((level, index) => {
    if (index && level > levels[index - 1] + 1)
      faults.push(`h${level} follows h${levels[index - 1]}: ${headings[index].textContent}`);
  });
  if (levels[0] !== 1) faults.push("its first heading is no h1");

  for (const image of document.querySelectorAll("img:not([alt])"))
    faults.push(`a picture has no alt: ${image.src}`);
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!field.labels.length && !field.ariaLabel) faults.push(`no label: ${field.outerHTML}`);
  for (const link of document.querySelectorAll("a[href], button"))
    if (!link.textContent.trim() && !link.ariaLabel && !link.querySelector("img[alt]"))
      faults.push(`a link says nothing: ${link.outerHTML.slice(0, 100)}`);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of ids.filter((id, index) => ids.indexOf(id) !== index))
    faults.push(`the id ${id} is there twice`);
  return faults;
}
