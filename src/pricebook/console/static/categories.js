// Moves a category of the tree by dragging it onto another one.

const OPEN_AFTER_MS = 600;
const tree = document.querySelector("[data-category-tree][data-movable]");
const root = tree?.querySelector("[data-drop-root]");
let dragged = null;
let marked = null;
let timer = 0;

// The category or the top level under the pointer, unless the dragged one is there already or above it.
function targetOf(event) {
  const found = event.target.closest("[data-drop-root], [data-category]");
  if (!dragged || !found || dragged.contains(found)) return null;
  const parent = dragged.parentElement.closest("[data-category]");
  return found === (parent ?? root) ? null : found;
}

function mark(target) {
  if (marked === target) return;
  clearTimeout(timer);
  marked?.removeAttribute("data-drop");
  target?.setAttribute("data-drop", "");
  marked = target;
  const details = target?.querySelector(":scope > details:not([open])");
  if (details) timer = setTimeout(() => { details.open = true; }, OPEN_AFTER_MS);
}

function onStart(event) {
  dragged = event.target.closest("[data-category]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.category);
  // A browser ends the drag if what is dragged moves at once.
  setTimeout(() => tree.toggleAttribute("data-dragging", true));
}

function onOver(event) {
  const target = targetOf(event);
  mark(target);
  if (target) event.preventDefault();
}

function onDrop(event) {
  const target = targetOf(event);
  if (!target) return;
  event.preventDefault();
  const form = tree.querySelector("[data-move]");
  form.action = `${tree.dataset.categoryTree}/${dragged.dataset.category}/move`;
  form.elements.parent_id.value = target.dataset.category ?? "";
  form.elements.before.value = dragged.dataset.before;
  form.requestSubmit();
}

function onEnd() {
  mark(null);
  dragged = null;
  tree.removeAttribute("data-dragging");
}

if (tree) {
  tree.addEventListener("dragstart", onStart);
  tree.addEventListener("dragover", onOver);
  tree.addEventListener("drop", onDrop);
  tree.addEventListener("dragend", onEnd);
}
