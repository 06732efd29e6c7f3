// Puts an ordered list in order by dragging or by keyboard. Without this, each row has a number field.
// <ol data-sortable> with <li data-row> that hold <input type="number" name="seed-7"> (any name).
// The fields are renumbered as rows move; the form is sent as it stands.

function rowsOf(list) {
  return [...list.querySelectorAll(":scope > [data-row]")];
}

function renumber(list) {
  rowsOf(list).forEach((row, index) => {
    const field = row.querySelector("input[type=number]");
    if (field && field.value !== String(index + 1)) {
      field.value = String(index + 1);
      row.classList.add("is-moved");
    }
  });
  list.dispatchEvent(new CustomEvent("reordered", { bubbles: true }));
}

function move(list, row, to) {
  const rows = rowsOf(list);
  const from = rows.indexOf(row);
  const target = Math.max(0, Math.min(rows.length - 1, to));
  if (target === from) return false;
  list.insertBefore(row, target > from ? rows[target].nextSibling : rows[target]);
  renumber(list);
  return true;
}

function setUp(list) {
  list.classList.add("is-sortable");
  const said = document.createElement("p");
  said.className = "hidden";
  said.setAttribute("role", "status");
  list.after(said);
  const say = (row) => {
    const place = rowsOf(list).indexOf(row) + 1;
    said.textContent = (list.dataset.says ?? "{place}").replace("{place}", place).replace("{name}", row.dataset.name ?? "");
  };

  for (const row of rowsOf(list)) addGrip(list, row, say);

  // A number typed into a field moves its row there.
  list.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.target.type !== "number") return;
    if (!move(list, row, Number(event.target.value) - 1)) renumber(list);
    event.target.focus();
    say(row);
  });
}

function addGrip(list, row, say) {
  const grip = document.createElement("button");
  grip.type = "button";
  grip.className = "grip";
  grip.setAttribute("aria-label", (list.dataset.grip ?? "{name}").replace("{name}", row.dataset.name ?? ""));
  grip.textContent = "≡";
  row.prepend(grip);
  grip.addEventListener("keydown", (event) => byKey(list, row, grip, event, say));
  grip.addEventListener("pointerdown", (event) => drag(list, row, grip, event, say));
}

function byKey(list, row, grip, event, say) {
  const rows = rowsOf(list);
  const at = rows.indexOf(row);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - 10, PageDown: at + 10, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  if (move(list, row, to)) say(row);
  grip.focus();
}

function drag(list, row, grip, event, say) {
  if (event.button !== 0) return;
  event.preventDefault();
  grip.focus();
  grip.setPointerCapture(event.pointerId);
  row.classList.add("is-dragged");
  // The others step aside: were the row itself taken out and put back, the pointer would lose it.
  const onMove = (moved) => {
    const y = moved.clientY;
    if (y < 60) scrollBy(0, -12);
    if (y > innerHeight - 60) scrollBy(0, 12);
    while (row.previousElementSibling && y < middle(row.previousElementSibling)) row.after(row.previousElementSibling);
    while (row.nextElementSibling && y > middle(row.nextElementSibling)) row.before(row.nextElementSibling);
  };
  const onEnd = () => {
    grip.removeEventListener("pointermove", onMove);
    row.classList.remove("is-dragged");
    renumber(list);
    say(row);
  };
  grip.addEventListener("pointermove", onMove);
  grip.addEventListener("lostpointercapture", onEnd, { once: true });
}

function middle(row) {
  const box = row.getBoundingClientRect();
  return box.top + box.height / 2;
}

for (const list of document.querySelectorAll("[data-sortable]")) setUp(list);
