// A frozen chart as a picture: the drawing with the colours of light paper, painted into a canvas, saved as PNG.
(() => {
  "use strict";
  const SCALE = 2;
  const HEAD = 132;

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    // The browser reads the address only after the click.
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const paint = (section, drawing, name) => {
    const { width, height } = drawing.viewBox.baseVal;
    // As a picture the drawing has no style sheet: its own attributes are those of paper.
    const copy = drawing.cloneNode(true);
    copy.setAttribute("font-family", "system-ui, sans-serif");
    const source = new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
    const picture = new Image();
    picture.onload = () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [SCALE * (width + 48), SCALE * (height + HEAD + 24)];
      const context = canvas.getContext("2d");
      context.scale(SCALE, SCALE);
      context.fillStyle = "#fff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = "#16202a";
      context.font = "650 30px system-ui, sans-serif";
      const message = (section.querySelector(".slide-message") ?? section.querySelector("h2")).innerText.trim();
      context.fillText(message, 24, 48, width);
      context.font = "22px system-ui, sans-serif";
      context.fillStyle = "#51606e";
      const company = document.getElementById("pack-page").dataset.company;
      context.fillText(`${section.querySelector(".unit").innerText.trim()}  ·  ${company}`, 24, 90, width);
      context.drawImage(picture, 24, HEAD, width, height);
      URL.revokeObjectURL(picture.src);
      canvas.toBlob((blob) => save(blob, name), "image/png");
    };
    picture.src = URL.createObjectURL(source);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-png]");
    if (!button) return;
    const section = document.getElementById(button.dataset.png);
    paint(section, section.querySelector(".drawing"), `${button.dataset.png}.png`);
  });
})();
