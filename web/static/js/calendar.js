// The calendar with zones as rows, over the table that is there without script. A drop asks the station first: its
// answer, a question or a refusal, comes as the same dialog that a form would show.
import { local } from "./time.js";

const clock = (moment) => local(moment).slice(11);

// The library's rows claim to be a table but have no cells; as plain text and links they are read rightly.
const CLAIMS = ["role", ...["colindex", "rowindex", "colcount", "rowcount", "colspan", "rowspan"].map((n) => `aria-${n}`)];
const tidy = (box) => {
  for (const name of CLAIMS) box.querySelectorAll(`[${name}]`).forEach((e) => e.removeAttribute(name));
};

const link = ({ timeText, event }) => {
  const { url, words } = event.extendedProps;
  const all = `${timeText} ${event.title}, ${words}`;
  const made = Object.assign(document.createElement("a"), { href: url, draggable: false, title: all });
  made.textContent = `${timeText} ${event.title}`;
  made.setAttribute("aria-label", all);
  return { domNodes: [made] };
};

const start = async (box) => {
  const facts = JSON.parse(box.dataset.timeline);
  const week = facts.view === "zones";
  const answer = await fetch(facts.events, { headers: { "HX-Request": "true" } });
  if (answer.status !== 200) return;
  const events = await answer.json();
  let dragged = false;
  box.addEventListener(
    "click",
    (event) => {
      if (dragged) event.preventDefault();
    },
    true,
  );
  box.hidden = false;
  document.querySelector("[data-timeline-table]")?.setAttribute("hidden", "");
  window.EventCalendar.create(box, {
    view: week ? "resourceTimelineWeek" : "resourceTimelineDay",
    date: facts.date,
    firstDay: 1,
    locale: document.documentElement.lang,
    headerToolbar: { start: "", center: "", end: "" },
    resources: facts.zones,
    events,
    editable: false,
    eventStartEditable: true,
    slotDuration: week ? "01:00" : "00:30",
    slotWidth: week ? 32 : 26,
    slotLabelInterval: week ? "02:00" : "01:00",
    scrollTime: facts.from,
    slotMinTime: facts.from,
    slotMaxTime: facts.to,
    snapDuration: "00:05",
    slotEventOverlap: false,
    nowIndicator: true,
    eventTimeFormat: clock,
    slotLabelFormat: clock,
    dayHeaderFormat: (day) => facts.days[local(day).slice(0, 10)] || local(day).slice(0, 10),
    eventContent: link,
    eventDragStart: () => {
      dragged = true;
    },
    eventDragStop: () => {
      setTimeout(() => {
        dragged = false;
      }, 50);
    },
    eventDrop: (info) => {
      const to = local(info.event.start);
      const { move } = info.event.extendedProps;
      info.revert();
      if (move) window.htmx.ajax("GET", `${move}?${new URLSearchParams({ to, view: facts.view })}`, "#dialog");
    },
    height: "auto",
    dateClick: (info) => {
      if (facts.add) window.location.href = `${facts.add}?at=${local(info.date)}`;
    },
  });
  tidy(box);
  new MutationObserver(() => tidy(box)).observe(box, { childList: true, subtree: true });
};

const box = document.querySelector("[data-timeline]");
if (box && window.EventCalendar) start(box);
