// A file that is dropped anywhere on the page is that of the form, which is sent if it is complete.

const form = document.querySelector("form[data-drop]");
const file = form.querySelector("input[type=file]");
const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function showDropping(isOver) {
  document.documentElement.toggleAttribute("data-dropping", isOver);
}

function onOver(event) {
  if (!hasFiles(event)) return;
  event.preventDefault();
  showDropping(true);
}

function onDrop(event) {
  if (!hasFiles(event)) return;
  event.preventDefault();
  showDropping(false);
  file.files = event.dataTransfer.files;
  send();
}

// Without a supplier, that field gets the focus and the file stays chosen.
function send() {
  if (form.supplier_id.value || form.new_supplier?.value.trim()) form.requestSubmit();
  else form.supplier_id.focus();
}

// A form that is refused loses its file, so what is known to be refused is not sent.
function checkSupplier() {
  const name = form.new_supplier;
  if (!name) return;
  const typed = name.value.trim().toLowerCase();
  const isTaken = [...form.supplier_id.options].some((each) => typed && each.text.trim().toLowerCase() === typed);
  const isMissing = !typed && !form.supplier_id.value;
  name.setCustomValidity(isTaken ? name.dataset.taken : isMissing ? name.dataset.needed : "");
}

// One preview for each click.
function onSubmit(event) {
  if (form.hasAttribute("data-sent")) event.preventDefault();
  form.toggleAttribute("data-sent", true);
  form.setAttribute("aria-busy", "true");
}

for (const each of ["input", "change"]) form.addEventListener(each, checkSupplier);
checkSupplier();
document.addEventListener("dragover", onOver);
document.addEventListener("dragleave", (event) => event.relatedTarget === null && showDropping(false));
document.addEventListener("drop", onDrop);
form.addEventListener("submit", onSubmit);
addEventListener("pageshow", () => form.removeAttribute("data-sent"));
