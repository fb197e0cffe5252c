// Times in UTC are also shown in the time zone of the browser, if that is another one:
// data-here="({time} your time)", and data-here-other-day="({day} {time} your time)".

const DAY = { weekday: "long" };
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

function showTimes() {
  const language = document.documentElement.lang;
  for (const each of document.querySelectorAll("time[data-here]:empty")) {
    const at = new Date(each.dateTime);
    if (at.getTimezoneOffset() === 0) continue;
    const text = at.getDay() === at.getUTCDay() ? each.dataset.here : each.dataset.hereOtherDay;
    each.textContent = text
      .replace("{day}", at.toLocaleDateString(language, DAY))
      .replace("{time}", at.toLocaleTimeString(language, TIME));
  }
}

document.addEventListener("htmx:afterSwap", showTimes);
showTimes();
