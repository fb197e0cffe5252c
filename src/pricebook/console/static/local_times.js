// Times in UTC are also shown in the time zone of the browser, if that is another one. The words are those of
// the page: data-local-time="({time} your time)", and data-local-day="({day} {time} your time)".
// A run of a schedule (data-here) has its weekday as the day.

const WEEKDAY = { weekday: "long" };
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const UTC = /^\s*\(?UTC\)?/;

const two = (number) => String(number).padStart(2, "0");
const dayOf = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

function localText(at, day) {
  const { lang, dataset } = document.documentElement;
  const text = at.getDay() === at.getUTCDay() ? dataset.localTime : dataset.localDay;
  return text.replace("{day}", day).replace("{time}", at.toLocaleTimeString(lang, TIME));
}

// The local time follows the one in UTC, and the word UTC if that stands beside it.
function addLocalTime(element) {
  element.removeAttribute("data-utc");
  const at = new Date(element.dateTime);
  if (at.getTimezoneOffset() === 0) return;
  const local = Object.assign(document.createElement("span"), { className: "local-time" });
  local.textContent = ` ${localText(at, dayOf(at))}`;
  const next = element.nextSibling;
  const found = next?.nodeType === Node.TEXT_NODE && UTC.exec(next.data);
  const isLast = !next || (next.nodeType === Node.TEXT_NODE && !next.data.trim()) || next.nodeName === "BR";
  local.classList.toggle("below", isLast);
  if (found) next.splitText(found[0].length);
  (found ? next : element).after(local);
}

function showRun(element) {
  const at = new Date(element.dateTime);
  if (at.getTimezoneOffset() === 0) return;
  const day = at.toLocaleDateString(document.documentElement.lang, WEEKDAY);
  element.textContent = localText(at, day);
}

function showTimes() {
  document.querySelectorAll("time[data-utc]").forEach(addLocalTime);
  document.querySelectorAll("time[data-here]:empty").forEach(showRun);
}

document.addEventListener("htmx:afterSwap", showTimes);
document.addEventListener("htmx:oobAfterSwap", showTimes);
showTimes();
