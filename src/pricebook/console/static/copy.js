// A button with data-copy copies the field or text of that id; its label is data-copied then.

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  if (source.select) source.select();
  else getSelection().selectAllChildren(source);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    // Without TLS there is no clipboard; the older command needs the selection only.
    if (!document.execCommand("copy")) return;
  }
  button.firstChild.textContent = button.dataset.copied;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
