// Lists with boxes: j and k move between them, x marks one, a box marks all of the page.

import { isTyping } from "./console.js";

const listBoxes = () => [...document.querySelectorAll("[data-mark]")];

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || !["j", "k", "x"].includes(event.key)) return;
  const boxes = listBoxes();
  if (boxes.length === 0 || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  const present = boxes.indexOf(document.activeElement);
  if (event.key === "x") {
    const box = boxes[Math.max(present, 0)];
    box.focus();
    box.click();
    return;
  }
  const next = present < 0 ? 0 : present + (event.key === "j" ? 1 : -1);
  boxes[Math.min(Math.max(next, 0), boxes.length - 1)].focus();
}

// A page after the first begins at its first row, one that an address leads to at the row of its fragment.
function focusBegin() {
  if (document.activeElement !== document.body) return;
  const row = document.getElementById(location.hash.slice(1));
  (row?.querySelector("[data-mark]") ?? document.querySelector("[data-begin]"))?.focus();
}

// When the list is read again, rows keep their marks and their open candidates, and the focus its place:
// where all rows are others, it begins at the first one.
const NOTHING = { opened: [], marks: new Map(), place: -1 };
let kept = NOTHING;

function keepRows() {
  const boxes = listBoxes();
  const focused = document.activeElement.closest("tr");
  kept = {
    opened: [...document.querySelectorAll("tr:has(details.others[open])")].map((row) => row.id),
    marks: new Map(boxes.map((box) => [box.value, box.checked])),
    place: focused ? boxes.findIndex((box) => focused.contains(box)) : -1,
  };
}

function restoreRows() {
  for (const id of kept.opened) document.getElementById(id)?.querySelector("details.others")?.setAttribute("open", "");
  const boxes = listBoxes();
  for (const box of boxes) box.checked = kept.marks.get(box.value) ?? box.checked;
  const isFree = document.activeElement.matches("body, [data-focus]");
  const hasStayed = boxes.some((box) => kept.marks.has(box.value));
  if (isFree && kept.place >= 0) boxes[hasStayed ? Math.min(kept.place, boxes.length - 1) : 0]?.focus();
  kept = NOTHING;
}

// Several marked rows are decided after a question with their number, one is decided at once.
let confirmed = null;

function confirmSeveral(event) {
  const button = event.target.closest("[data-several]");
  const dialog = document.getElementById("several");
  if (!button || !dialog) return;
  const count = listBoxes().filter((box) => box.checked).length;
  if (button === confirmed || count < 2) return;
  event.preventDefault();
  event.stopPropagation();
  for (const each of dialog.querySelectorAll("[data-other]")) each.textContent = countText(each.dataset, count);
  const own = dialog.querySelector("[data-confirm]");
  own.firstChild.textContent = countText({ other: button.dataset.several }, count);
  own.onclick = () => {
    dialog.close();
    confirmed = button;
    button.click();
    confirmed = null;
  };
  dialog.showModal();
}

function countText({ one, other }, count) {
  return count === 1 ? one : other.replace("{n}", count.toLocaleString("en"));
}

// The number of what is decided: the checked boxes and what other pages of the list have.
function showDecided(checked) {
  const label = document.querySelector("[data-count-others]");
  if (!label) return;
  const count = Number(label.dataset.countOthers) + checked;
  label.textContent = countText(label.dataset, count);
  label.closest("button").disabled = count === 0;
}

// The number of marked rows, and the box of all: half-checked while some rows are.
function showMarks() {
  const boxes = listBoxes();
  const checked = boxes.filter((box) => box.checked).length;
  for (const label of document.querySelectorAll("[data-marked]")) {
    label.textContent = checked ? countText(label.dataset, checked) : "";
  }
  const all = document.querySelector("[data-mark-all]");
  if (all) {
    all.checked = checked > 0 && checked === boxes.length;
    all.indeterminate = checked > 0 && checked < boxes.length;
  }
  showDecided(checked);
}

function onChange(event) {
  if (event.target.matches("[data-mark-all]")) {
    for (const box of listBoxes()) box.checked = event.target.checked;
  }
  showMarks();
}

document.addEventListener("keydown", onKey);
document.addEventListener("change", onChange);
document.addEventListener("click", confirmSeveral, true);
document.addEventListener("htmx:beforeSwap", keepRows);
document.addEventListener("htmx:afterSettle", restoreRows);
document.addEventListener("htmx:afterSettle", showMarks);
showMarks();
focusBegin();
