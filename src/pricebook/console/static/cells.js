// Cells of a table as fields: arrows and Enter move between them, what is changed is marked.

const fieldOf = (target) => target.closest?.("input.cell");

const isChanged = (field) => field.value !== field.dataset.stored;

// The rows of fields of a form, without rows that cannot be changed.
const rowsOf = (form) =>
  [...form.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input.cell")]).filter((row) => row.length > 0);

// Rows of different tables have fields in different columns.
function fieldBeside(field, down, right) {
  const rows = rowsOf(field.form);
  const row = rows.findIndex((each) => each.includes(field));
  if (right) return rows[row][rows[row].indexOf(field) + right];
  const column = field.closest("td").cellIndex;
  const further = down > 0 ? rows.slice(row + 1) : rows.slice(0, row).reverse();
  return further.flat().find((each) => each.closest("td").cellIndex === column);
}

function moveTo(field, down, right) {
  const next = fieldBeside(field, down, right);
  if (!next) return false;
  next.focus();
  next.select();
  return true;
}

// At the ends of its text, an arrow leaves a cell; everything is selected right after it was entered.
function leaves(field, key) {
  const { selectionStart: start, selectionEnd: end, value } = field;
  if (start === 0 && end === value.length) return true;
  return start === end && (key === "ArrowLeft" ? start === 0 : end === value.length);
}

function onKey(event) {
  const field = fieldOf(event.target);
  if (field && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.form.requestSubmit();
    return;
  }
  if (!field || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const { key, shiftKey } = event;
  let isMoved = false;
  if (key === "Enter") {
    event.preventDefault(); // a form is not sent from a cell
    moveTo(field, shiftKey ? -1 : 1, 0);
    return;
  }
  if (key === "Escape" && isChanged(field)) {
    event.preventDefault();
    field.value = field.dataset.stored;
    mark(field.form);
    field.select();
    return;
  }
  if (shiftKey) return;
  if (key === "ArrowDown" || key === "ArrowUp") isMoved = moveTo(field, key === "ArrowDown" ? 1 : -1, 0);
  else if ((key === "ArrowLeft" || key === "ArrowRight") && leaves(field, key))
    isMoved = moveTo(field, 0, key === "ArrowRight" ? 1 : -1);
  if (isMoved) event.preventDefault();
}

// Marks changed cells, counts their rows and those that are imported as they are, and keeps the page from being left with them.
function mark(form) {
  let count = 0;
  for (const row of rowsOf(form)) {
    for (const field of row) field.toggleAttribute("data-differs", isChanged(field));
    if (row.some(isChanged) || row[0].closest("tr").querySelector("[name^=asis-]:checked")) count += 1;
  }
  form.toggleAttribute("data-changed", count > 0);
  const shown = form.querySelector("[data-changed-count]");
  if (!shown) return;
  const text = count === 1 ? shown.dataset.one : shown.dataset.other.replace("{n}", count);
  shown.textContent = count > 0 ? text : "";
}

function markAll() {
  for (const form of document.querySelectorAll("form[data-cells]")) mark(form);
}

document.addEventListener("keydown", onKey, true);
document.addEventListener("input", (event) => fieldOf(event.target) && mark(event.target.form));
document.addEventListener("change", (event) => event.target.matches("[name^=asis-]") && mark(event.target.form));
document.addEventListener("focusin", (event) => fieldOf(event.target)?.select());
document.addEventListener("htmx:afterSettle", markAll);
// The page may be left once the rows are submitted.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (!event.detail.xhr.getResponseHeader("HX-Redirect")) return;
  for (const form of document.querySelectorAll("form[data-cells]")) form.removeAttribute("data-changed");
});
addEventListener("pageshow", markAll);
markAll();
