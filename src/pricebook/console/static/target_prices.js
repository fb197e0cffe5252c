// Target prices in the rows of a table: Enter saves one and goes on to the next row, arrows move.

const fieldOf = (target) => target.closest?.("tr input[name=target_price]");

const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing);

let savedId = null;

function moveFrom(field, step) {
  const fields = [...document.querySelectorAll("tr input[name=target_price]")];
  fields[fields.indexOf(field) + step]?.focus();
}

function onKey(event) {
  const field = fieldOf(event.target);
  if (!field || !isPlain(event)) return;
  const step = { ArrowDown: 1, ArrowUp: -1, Enter: 1 }[event.key];
  if (!step) return;
  if (event.key === "Enter" && field.form.hasAttribute("data-changed")) {
    savedId = field.id;
    return;
  }
  event.preventDefault();
  moveFrom(field, step);
}

// A refused price keeps the focus; so does whatever got it while the price was saved.
function goOn() {
  const field = savedId && document.getElementById(savedId);
  savedId = null;
  if (field && field === document.activeElement && !field.form.hasAttribute("data-changed")) moveFrom(field, 1);
}

document.addEventListener("keydown", onKey);
document.addEventListener("htmx:afterSettle", goOn);
