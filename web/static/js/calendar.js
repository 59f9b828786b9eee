// The calendar with zones as rows, over the table that is there without script. A drop asks the station first: its
// answer, a question or a refusal, comes as the same dialog that a form would show.
(() => {
  "use strict";
  const box = document.querySelector("[data-timeline]");
  if (!box || !window.EventCalendar) return;
  const facts = JSON.parse(box.dataset.timeline);
  const pad = (n) => String(n).padStart(2, "0");
  const local = (d) => `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}T${pad(d.getHours())}:${pad(d.getMinutes())}`;
  const week = facts.view === "zones";
  const ask = (url, arguments_) => window.htmx.ajax("GET", `${url}?${new URLSearchParams(arguments_)}`, "#dialog");

  // The library's rows claim to be a table but have no cells; as plain text and links they are read rightly.
  const tidy = () => {
    for (const name of ["role", "aria-colindex", "aria-rowindex", "aria-colcount", "aria-rowcount", "aria-colspan", "aria-rowspan"]) {
      box.querySelectorAll(`[${name}]`).forEach((e) => e.removeAttribute(name));
    }
  };
  let dragged = false;
  box.addEventListener("click", (event) => { if (dragged) event.preventDefault(); }, true);

  const start = async () => {
    const answer = await fetch(facts.events, { headers: { "HX-Request": "true" } });
    if (answer.status !== 200) return;
    const events = await answer.json();
    box.hidden = false;
    document.querySelector("[data-timeline-table]")?.setAttribute("hidden", "");
    window.EventCalendar.create(box, {
      view: week ? "resourceTimelineWeek" : "resourceTimelineDay",
      date: facts.date,
      firstDay: 1,
      locale: "vi",
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
      eventTimeFormat: (from) => `${pad(from.getHours())}:${pad(from.getMinutes())}`,
      slotLabelFormat: (time) => `${pad(time.getHours())}:${pad(time.getMinutes())}`,
      dayHeaderFormat: (day) => facts.days[local(day).slice(0, 10)] || local(day).slice(0, 10),
      eventContent: (info) => {
        const words = `${info.timeText} ${info.event.title}, ${info.event.extendedProps.words}`;
        const link = Object.assign(document.createElement("a"), { href: info.event.extendedProps.url, draggable: false, title: words });
        link.textContent = `${info.timeText} ${info.event.title}`;
        link.setAttribute("aria-label", words);
        return { domNodes: [link] };
      },
      eventDragStart: () => { dragged = true; },
      eventDragStop: () => { setTimeout(() => { dragged = false; }, 50); },
      eventDrop: (info) => {
        const to = local(info.event.start);
        info.revert();
        if (info.event.extendedProps.move) ask(info.event.extendedProps.move, { to, view: facts.view });
      },
      height: "auto",
      dateClick: (info) => { if (facts.add) window.location.href = `${facts.add}?at=${local(info.date)}`; },
    });
    tidy();
    new MutationObserver(tidy).observe(box, { childList: true, subtree: true });
  };
  start();
})();
