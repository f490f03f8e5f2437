"use strict";
(() => {
  const SIZE = 50;
  const TONES = {
    failed: "failed", quarantined: "failed", error: "failed", refused: "failed",
    warned: "warned", partial: "warned", warning: "warned", late: "warned",
    passed: "passed", accepted: "passed", published: "passed", "published before": "passed",
  };
  const grids = new Map();

  async function unpack(text) {
    if (text.startsWith("[")) return JSON.parse(text);
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(plain).text());
  }

  function shown(value) {
    const [whole, decimals] = String(value).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    return decimals === undefined ? grouped : `${grouped}.${decimals}`;
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  class Grid {
    constructor(box) {
      this.name = box.dataset.table;
      this.box = box;
      this.heads = [...box.querySelectorAll("thead th")];
      this.body = box.querySelector("tbody");
      this.said = box.querySelector("[role=status]");
      this.tools = box.querySelector(".table-tools");
      this.pager = box.querySelector(".pager");
      this.selects = [...this.tools.querySelectorAll("select")];
      this.search = this.tools.querySelector("[name=q]");
      this.view = new URLSearchParams();
      this.heads.forEach((head) => this.addSorting(head));
      this.search.addEventListener("input", () => this.change("q", this.search.value));
      this.selects.forEach((select) =>
        select.addEventListener("change", () => this.change(select.name, select.value)));
      this.tools.querySelector("[name=reset]").addEventListener("click", () => {
        this.view = new URLSearchParams();
        this.remember();
      });
      this.turn("back", -1);
      this.turn("next", 1);
      this.tools.hidden = this.count() <= 5;
      this.linkRows([...this.body.rows], [...this.body.rows].map((_, index) => index));
      this.showPager(this.count());
    }

    count() {
      return Number(this.said.textContent.match(/([\d,]+) rows?/)?.[1].replaceAll(",", "") ?? 0);
    }

    addSorting(head) {
      const button = element("button", head.textContent);
      button.type = "button";
      button.addEventListener("click", () => {
        const up = head.dataset.name, down = `-${up}`, now = this.view.get("sort");
        this.change("sort", now === up ? down : now === down ? "" : up);
      });
      head.replaceChildren(button);
    }

    turn(name, step) {
      this.pager.querySelector(`[name=${name}]`).addEventListener("click", () => {
        this.view.set("page", String(Math.max(1, (Number(this.view.get("page")) || 1) + step)));
        this.view.delete("row");
        this.remember();
      });
    }

    change(name, value) {
      this.view.delete("page");
      this.view.delete("row");
      if (value) this.view.set(name, value); else this.view.delete(name);
      this.remember();
    }

    remember() {
      const text = this.view.toString();
      history.replaceState(null, "", `#${this.name}${text ? `?${text}` : ""}`);
      return this.draw();
    }

    async draw() {
      const turn = (this.drawing = Symbol("latest"));
      this.columns ??= unpack(this.box.querySelector("script").textContent.trim());
      const columns = await this.columns;
      if (turn !== this.drawing) return;
      const order = this.sorted(columns, this.matching(columns));
      const row = Number(this.view.get("row")) - 1;
      const at = order.indexOf(row);
      const pages = Math.max(1, Math.ceil(order.length / SIZE));
      const wanted = at >= 0 ? Math.floor(at / SIZE) + 1 : Number(this.view.get("page")) || 1;
      const page = Math.min(Math.max(1, wanted), pages);
      const visible = order.slice((page - 1) * SIZE, page * SIZE);
      const rows = visible.map((index) => this.row(columns, index));
      this.body.replaceChildren(...rows);
      this.linkRows(rows, visible);
      this.say(visible.length, order.length, columns[0].length, page);
      this.showState();
      this.showPager(order.length, page);
      const found = rows[visible.indexOf(row)];
      if (found) found.classList.add("found");
      return found;
    }

    matching(columns) {
      const words = (this.view.get("q") ?? "").toLowerCase();
      const chosen = this.heads.map((head) => this.view.get(head.dataset.name));
      return [...columns[0].keys()].filter((index) =>
        chosen.every((value, number) => !value || String(columns[number][index]) === value) &&
        (!words || columns.some((column) =>
          column[index] !== null && String(column[index]).toLowerCase().includes(words))));
    }

    sorted(columns, order) {
      const sort = this.view.get("sort") ?? "";
      const sign = sort.startsWith("-") ? -1 : 1;
      const number = this.heads.findIndex((head) => head.dataset.name === sort.replace(/^-/, ""));
      if (number < 0) return order;
      const column = columns[number];
      const compare = this.heads[number].dataset.kind === "number"
        ? (a, b) => Number(a) - Number(b)
        : new Intl.Collator("en", { numeric: true }).compare;
      // What is unknown comes last, whichever way.
      return order.sort((a, b) =>
        (column[a] === null) - (column[b] === null) ||
        (column[a] === null ? 0 : sign * compare(column[a], column[b])) || a - b);
    }

    row(columns, index) {
      const row = element("tr");
      this.heads.forEach((head, number) => {
        const kind = head.dataset.kind, value = columns[number][index];
        const cell = element("td", undefined, kind);
        if (value === null || value === "") cell.textContent = "–";
        else if (kind === "status") {
          cell.append(element("span", value, `badge ${TONES[value] ?? "unknown"}`));
        } else cell.textContent = kind === "number" ? shown(value) : value;
        if (kind !== "number" && kind !== "status") {
          cell.classList.add([...cell.textContent].length <= 32 ? "short" : "words");
        }
        row.append(cell);
      });
      return row;
    }

    linkRows(rows, indexes) {
      rows.forEach((row, number) => {
        const link = element("a", "#", "row-link");
        link.href = `#${this.name}?row=${indexes[number] + 1}`;
        link.setAttribute("aria-label", `Link to row ${indexes[number] + 1}`);
        row.cells[0].append(link);
      });
    }

    say(visible, found, all, page) {
      const first = (page - 1) * SIZE + 1;
      const span = found > SIZE ? `${shown(first)} to ${shown(first + visible - 1)} of ` : "";
      const of = found < all ? ` of ${shown(all)}` : "";
      this.said.textContent = `${span}${shown(found)}${of} row${(of ? all : found) === 1 ? "" : "s"}`;
    }

    showState() {
      this.search.value = this.view.get("q") ?? "";
      this.selects.forEach((select) => { select.value = this.view.get(select.name) ?? ""; });
      const sort = this.view.get("sort") ?? "";
      this.heads.forEach((head) => {
        const name = head.dataset.name;
        if (sort === name) head.setAttribute("aria-sort", "ascending");
        else if (sort === `-${name}`) head.setAttribute("aria-sort", "descending");
        else head.removeAttribute("aria-sort");
      });
    }

    showPager(found, page = 1) {
      const pages = Math.ceil(found / SIZE);
      this.pager.hidden = pages < 2;
      this.pager.querySelector("span").textContent = `page ${page} of ${pages}`;
      this.pager.querySelector("[name=back]").disabled = page <= 1;
      this.pager.querySelector("[name=next]").disabled = page >= pages;
    }
  }

  async function followAddress() {
    const [name, view] = location.hash.slice(1).split("?");
    const grid = grids.get(name);
    if (!grid) return;
    grid.view = new URLSearchParams(view ?? "");
    const found = await grid.draw();
    const target = found ?? document.getElementById(name) ?? grid.box;
    target.scrollIntoView({ block: found ? "center" : "start" });
    if (found) found.querySelector(".row-link").focus({ preventScroll: true });
  }

  for (const box of document.querySelectorAll(".grid")) {
    const grid = new Grid(box);
    grids.set(grid.name, grid);
  }
  for (const link of document.querySelectorAll("a[data-view]")) {
    if (link.dataset.view) link.href += `?${link.dataset.view}`;
  }
  addEventListener("hashchange", followAddress);
  followAddress();
})();
