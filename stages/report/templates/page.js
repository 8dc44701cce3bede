"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  const field = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const micrometres = (um) => (um === null ? "size not known" : `${um.toPrecision(2)} µm`);

  const save = (name, rows) => {
    const text = rows.map((row) => row.map((cell) => field(String(cell))).join(",") + "\n").join("");
    const link = element("a", "");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // Each table as a file.
  for (const region of document.querySelectorAll(".scroll")) {
    const button = element("button", "Save as CSV");
    button.type = "button";
    button.className = "save";
    button.setAttribute("aria-label", `Save as CSV: ${region.getAttribute("aria-label")}`);
    const words = (cell) => cell.innerText.replaceAll(/\s+/g, " ").trim();
    button.addEventListener("click", () =>
      save("table.csv", [...region.querySelectorAll("tr")].map((row) => [...row.cells].map(words))));
    region.after(button);
  }

  // Paper has no folds, but for those that say so; a link into a fold opens it.
  const folds = [...document.querySelectorAll("details:not(.screen)")];
  const closed = new Set();
  addEventListener("beforeprint", () => folds.forEach((fold) => { if (!fold.open) { closed.add(fold); fold.open = true; } }));
  addEventListener("afterprint", () => { closed.forEach((fold) => { fold.open = false; }); closed.clear(); });
  const unfold = () => {
    const fold = find(decodeURIComponent(location.hash.slice(1)))?.closest("details");
    if (fold) { fold.open = true; fold.scrollIntoView(); }
  };
  addEventListener("hashchange", unfold);
  unfold();

  // The map: the particle under the pointer, or the next one in an arrow's direction.
  if (find("map-points")) {
    const { classes, platforms, points } = JSON.parse(find("map-points").textContent);
    const drawing = find("map-drawing"), ring = find("map-ring"), picture = find("map-picture");
    const marks = [...drawing.querySelectorAll(":scope > use")];
    const { edge, columns } = drawing.parentElement.dataset;
    const shown = 128, scale = shown / edge;
    let chosen = null;
    const choose = (number) => {
      chosen = number;
      const point = points[number], column = number % columns, row = Math.floor(number / columns);
      ring.setAttribute("cx", point.x);
      ring.setAttribute("cy", point.y);
      ring.setAttribute("visibility", "visible");
      picture.hidden = false;
      Object.assign(picture.style, {
        width: `${shown}px`, height: `${shown}px`, backgroundImage: `url(${find("map-sheet").src})`,
        backgroundSize: `${columns * shown}px auto`, backgroundPosition: `-${column * edge * scale}px -${row * edge * scale}px`,
      });
      const name = (classes[point.class] ?? "other").replaceAll("_", " ");
      find("map-shown").textContent = `${name}, ${micrometres(point.um)}, ${platforms[point.platform]}, run ${point.run}`;
    };
    drawing.addEventListener("pointerover", (event) => {
      const number = marks.indexOf(event.target);
      if (number >= 0) choose(number);
    });
    drawing.addEventListener("focus", () => { if (chosen === null) choose(0); });
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    drawing.addEventListener("keydown", (event) => {
      const way = ways[event.key];
      if (!way) return;
      event.preventDefault();
      const from = points[chosen ?? 0];
      let best = null, least = Infinity;
      points.forEach((point, number) => {
        const x = point.x - from.x, y = point.y - from.y;
        const along = x * way[0] + y * way[1], across = Math.abs(x * way[1]) + Math.abs(y * way[0]);
        if (along > 0 && along >= across && along + 2 * across < least) { least = along + 2 * across; best = number; }
      });
      if (best !== null) choose(best);
    });
    for (const radio of document.querySelectorAll("input[name=colour]")) {
      radio.addEventListener("change", () => {
        drawing.setAttribute("class", `by-${radio.value}`);
        for (const kind of ["class", "platform"]) document.querySelector(`.for-${kind}`).hidden = kind !== radio.value;
      });
    }
  }

  // The second look: one particle at a time; the file that is saved is the record, the browser only remembers.
  if (find("look-particles")) {
    const { key, particles } = JSON.parse(find("look-particles").textContent);
    const place = `second look ${key}`, radios = [...document.querySelectorAll("input[name=look]")];
    const remember = (value) => { try { localStorage.setItem(place, value); } catch { /* not allowed: the file does */ } };
    const remembered = () => { try { return JSON.parse(localStorage.getItem(place)) ?? {}; } catch { return {}; } };
    let { answers = {}, reviewer = "" } = remembered();
    let number = Math.max(0, particles.findIndex((_, place) => !(place in answers)));
    find("look-reviewer").value = reviewer;
    const words = (name) => name.replaceAll("_", " ");

    // Wilson's interval of a share, 95 %; told from so many answers on.
    const FEWEST = 20;
    const wilson = (hits, of) => {
      const z = 1.959964, share = hits / of, under = 1 + z * z / of;
      const middle = (share + z * z / (2 * of)) / under;
      const half = z * Math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / under;
      return [Math.max(0, middle - half), Math.min(1, middle + half)].map((end) => (100 * end).toFixed(1));
    };
    const rate = () => {
      const sure = particles.filter((p, n) => p.asked_as === "random" && n in answers && answers[n] !== "unsure");
      const wrong = sure.filter((p) => answers[particles.indexOf(p)] !== p.was).length;
      const [low, high] = sure.length >= FEWEST ? wilson(wrong, sure.length) : [];
      return sure.length >= FEWEST
        ? `Of ${sure.length} answered ones that were drawn at random you label ${wrong} otherwise: wrong labels and slips of your own are ${low} to ${high} % (95 %).`
        : "";
    };
    const show = () => {
      const particle = particles[number], [source, width, height, bar] = particle.whole;
      Object.assign(find("look-whole"), { src: source, width, height });
      find("look-bar").style.width = `${bar ?? 0}px`;
      find("look-crop").hidden = particle.crop === null;
      if (particle.crop !== null) find("look-crop").src = particle.crop;
      find("look-facts").textContent = `${micrometres(particle.um)}, ${particle.platform}, run ${particle.run}, particle ${particle.particle}`;
      const answer = answers[number];
      radios.forEach((radio) => { radio.checked = radio.value === answer; });
      find("look-told").textContent = answer === undefined ? ""
        : `Labelled ${words(particle.was)}; the network says ${words(particle.called)} (${(100 * particle.probability).toFixed(1)} %).`;
      find("look-progress").textContent = `Particle ${number + 1} of ${particles.length}; ${Object.keys(answers).length} answered`;
      find("look-rate").textContent = rate();
    };
    const keep = () => remember(JSON.stringify({ answers, reviewer: find("look-reviewer").value }));
    const answer = (value) => { answers[number] = value; keep(); show(); };
    const go = (step) => { number = Math.min(particles.length - 1, Math.max(0, number + step)); show(); };
    radios.forEach((radio) => radio.addEventListener("change", () => answer(radio.value)));
    find("look-back").addEventListener("click", () => go(-1));
    find("look-next").addEventListener("click", () => go(1));
    find("look-reviewer").addEventListener("input", keep);
    find("look-clear").addEventListener("click", () => { answers = {}; number = 0; keep(); show(); });
    find("gallery").addEventListener("keydown", (event) => {
      if (event.target.type === "text" || event.ctrlKey || event.metaKey || event.altKey) return;
      const classes = radios.length - 1;
      if (event.key === "0") answer("unsure");
      else if (/^[1-9]$/.test(event.key) && Number(event.key) <= classes) answer(radios[Number(event.key) - 1].value);
      else if (event.key === "ArrowLeft") go(-1);
      else if (event.key === "ArrowRight") go(1);
      else return;
      event.preventDefault();
    });
    find("look-save").addEventListener("click", () => {
      const by = find("look-reviewer").value.trim();
      const rows = particles.flatMap((p, n) => (n in answers ? [[p.run, p.particle, answers[n], by, p.was, p.asked_as]] : []));
      save("labels.csv", [["run", "particle", "class", "reviewer", "was", "asked_as"], ...rows]);
    });
    show();
  }
})();
