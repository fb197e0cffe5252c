// Groups of a form: a link to a group, or to a field in it, opens it; all are opened and closed at once.

function showTarget() {
  const target = document.getElementById(location.hash.slice(1));
  const group = target?.closest("details.group");
  if (group) group.open = true;
  if (!target) return;
  target.scrollIntoView({ block: "start" });
  if (target.matches("input, select, textarea")) target.focus();
}

function onClick(event) {
  const button = event.target.closest("[data-all-groups]");
  for (const each of button ? document.querySelectorAll("details.group") : []) {
    each.open = button.dataset.allGroups === "true";
  }
  // A second click on the link of the present address changes no hash.
  const link = event.target.closest("a[href^='#']");
  if (link && link.hash === location.hash) showTarget();
}

document.addEventListener("click", onClick);
addEventListener("hashchange", showTarget);
if (location.hash) showTarget();
