// Keys, dialogs, toasts and the theme. Everything else is links and forms.

import "./local_times.js";

const root = document.documentElement;
const CLICKABLE = "main :is(a, button, input, select, textarea, summary, label)";

export const isTyping = (element) =>
  element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;

const isVisible = (element) => element.getClientRects().length > 0;

// Where two elements have a key, the hint of one is hidden, and the key is the other's.
function hasHint(element) {
  const hint = element.querySelector("kbd");
  return !hint || getComputedStyle(hint).visibility === "visible";
}

// An element with data-key is activated by that key, first one in the group that has the focus; a field
// gets the focus. Escape leaves a field, and so does Enter in a filter, so that keys work again.
function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && isTyping(event.target)) {
    restore(event.target);
    event.target.blur();
    return;
  }
  if (event.key === "Enter" && event.target.matches("form.filters input, form.filters select")) {
    setTimeout(() => event.target.blur());
    return;
  }
  if (isTyping(event.target)) return;
  const scope = document.querySelector("dialog[open]") ?? document;
  const group = event.target.closest("[data-group]")?.querySelectorAll("[data-key]") ?? [];
  const found = [...group, ...scope.querySelectorAll("[data-key]")].find(
    (each) => each.dataset.key === event.key && !each.disabled && isVisible(each) && hasHint(each),
  );
  if (!found) return;
  event.preventDefault();
  if (found.matches("input:not([type=checkbox]), select, textarea")) {
    found.focus();
    found.select?.();
  } else {
    found.click();
  }
}

// A field of a row shows that it differs from what is saved; Escape restores that.
function markChanged(field) {
  field.form.toggleAttribute("data-changed", field.value.trim() !== field.dataset.saved);
}

function restore(field) {
  if (field.dataset.saved === undefined) return;
  field.value = field.dataset.saved;
  markChanged(field);
}

function onInput(event) {
  if (event.target.dataset.saved !== undefined) markChanged(event.target);
}

function onFocus(event) {
  if (event.target.matches?.("[data-saved], [data-select]")) event.target.select();
}

function isChanged(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  return field.selectedIndex !== Math.max(0, [...field.options].findIndex((each) => each.defaultSelected));
}

// What was entered in another of the joined forms of a page is sent along, instead of being lost.
function onJoinedSubmit(event) {
  const form = event.target;
  if (!form.matches("[data-joined]")) return;
  form.querySelectorAll("[data-copied]").forEach((each) => each.remove());
  for (const other of document.querySelectorAll("form[data-joined]")) {
    if (other === form || ![...other.querySelectorAll("input, select, textarea")].some(isChanged)) continue;
    for (const [name, value] of new FormData(other)) {
      const own = form.elements.namedItem(name);
      if (own?.type === "checkbox") own.checked = true;
      if (own) continue;
      const copy = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      copy.dataset.copied = "";
      form.append(copy);
    }
  }
}

// Of two radios, one for all and one for the ticked boxes: ticking selects the second, the first unticks.
function onChange(event) {
  const group = event.target.closest("[data-all-or-some]");
  if (!group) return;
  const [all, some] = group.querySelectorAll("input[type=radio]");
  if (event.target === all) {
    for (const box of group.querySelectorAll("input[type=checkbox]")) box.checked = false;
  } else if (event.target.matches("input[type=checkbox]:checked")) {
    some.checked = true;
  }
}

function onLeave(event) {
  if (document.querySelector("form[data-changed]")) event.preventDefault();
}

// Back to the view from which the page was opened, with its filters.
function goBack(event) {
  const link = event.target.closest("a[data-back]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const from = document.referrer && new URL(document.referrer);
  if (!from || from.origin !== location.origin || from.pathname !== link.pathname) return;
  event.preventDefault();
  location.href = from.href;
}

// Dialogs that come from the server open themselves; closing gives the focus back.
function openDialogs(parent) {
  for (const dialog of parent.querySelectorAll("dialog[data-open]:not([open])")) {
    dialog.showModal();
  }
}

function onClick(event) {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const closer = event.target.closest("[data-close]");
  if (!closer) return;
  const dialog = closer.closest("dialog");
  if (dialog) dialog.close();
  else closer.closest(".toast")?.remove();
  makeRoom();
}

// The bar of toasts takes its height from the window: what it would cover is scrolled above it.
let room = 0;

function makeRoom() {
  const bar = document.getElementById("toasts").getBoundingClientRect();
  const grown = bar.height - room;
  room = bar.height;
  const isCovered = (each) => {
    const { top, bottom, width } = each.getBoundingClientRect();
    return width > 0 && top < bar.bottom && bottom > bar.top;
  };
  if (grown > 0 && [...document.querySelectorAll(CLICKABLE)].some(isCovered)) {
    scrollBy({ top: grown, behavior: "instant" });
  }
}

function showTheme(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  const age = theme ? 31536000 : 0;
  document.cookie = `pricebook_theme=${theme}; Path=/; SameSite=Lax; Max-Age=${age}`;
}

// The list of categories is open where it has a column of its own.
function openWideDetails(parent) {
  if (!matchMedia("(min-width: 60rem)").matches) return;
  for (const each of parent.querySelectorAll("details[data-open-wide]")) each.open = true;
}

function prepare(parent) {
  openDialogs(parent);
  openWideDetails(parent);
}

// What replaces the element that had the focus takes it over, so that it is read and keys go on.
function keepFocus() {
  if (document.activeElement === document.body) document.querySelector("[data-focus]")?.focus({ preventScroll: true });
}

// A choice of a filter by a pointer is over; one by keys goes on until Escape.
function endChoice() {
  const choice = document.activeElement;
  if (choice.matches("form.filters select") && !choice.matches(":focus-visible")) choice.blur();
}

// Responses of others, such as a proxy, and a missing one are said in a toast: the page is kept.
function showProblem(sentence) {
  const template = document.getElementById("problem");
  const toast = template.content.cloneNode(true);
  toast.querySelector("p").textContent = `${sentence ?? template.dataset.unreachable} ${template.dataset.kept}`;
  document.getElementById("toasts").replaceChildren(toast);
  makeRoom();
}

function detailOf(xhr) {
  try {
    return JSON.parse(xhr.responseText).detail;
  } catch {
    return undefined;
  }
}

function onResponse(event) {
  const { xhr } = event.detail;
  const isPage = xhr.getResponseHeader("Content-Type")?.startsWith("text/html");
  if (xhr.status === 204 || (isPage && xhr.getResponseHeader("X-Request-ID"))) return;
  event.detail.shouldSwap = false;
  showProblem(detailOf(xhr));
}

// A refused form begins at its first marked field.
document.querySelector("main [aria-invalid=true]")?.focus();

document.addEventListener("keydown", onKey);
document.addEventListener("htmx:beforeSwap", onResponse);
document.addEventListener("htmx:sendError", () => showProblem());
document.addEventListener("click", onClick);
document.addEventListener("click", goBack);
document.addEventListener("input", onInput);
document.addEventListener("change", onChange);
document.addEventListener("focusin", onFocus);
document.addEventListener("submit", onJoinedSubmit, true);
addEventListener("beforeunload", onLeave);
document.querySelector("[data-theme-switch]")?.addEventListener("change", (event) => showTheme(event.target.value));
document.addEventListener("htmx:afterSettle", () => {
  prepare(document);
  endChoice();
  keepFocus();
  makeRoom();
});
prepare(document);
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
root.dataset.ready = "";
