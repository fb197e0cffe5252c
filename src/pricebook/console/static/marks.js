// Lists with boxes: j and k move between them, x marks one, a box marks all.

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

// The number of what is decided: the checked boxes and what other pages of the list have.
function showCount() {
  const label = document.querySelector("[data-count-others]");
  if (!label) return;
  const { countOthers, one, other } = label.dataset;
  const count = Number(countOthers) + listBoxes().filter((box) => box.checked).length;
  label.textContent = count === 1 ? one : other.replace("{n}", count.toLocaleString("en"));
  label.closest("button").disabled = count === 0;
}

function onChange(event) {
  if (event.target.matches("[data-mark-all]")) {
    for (const box of listBoxes()) box.checked = event.target.checked;
  }
  showCount();
}

document.addEventListener("keydown", onKey);
document.addEventListener("change", onChange);
