// Puts new HTML in place of old and touches only what differs: focus, scroll and open <details> stay where they are.

const MARK_MS = 250;
// What the reader or another module has set since the page came is theirs.
const THEIRS = new Set(["open", "aria-expanded", "aria-selected", "tabindex", "style"]);
const THEIR_CLASSES = /^(is-|just-changed$)/;

// Replaces the element with this id by `html`, which is one element with the same id. True if anything differs.
export function put(id, html) {
  const old = document.getElementById(id);
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  return Boolean(old && fresh) && swap(old, fresh);
}

// Makes `old` look like `fresh`, which stays as it is: regions lie within regions, and each is taken from the same page.
// True if anything differs.
export function swap(old, fresh) {
  if (old.isEqualNode(fresh) || isSameMoment(old, fresh)) return false;
  if (!isAlike(old, fresh)) {
    const copy = document.importNode(fresh, true);
    old.replaceWith(copy);
    mark(copy);
  } else if (old.nodeType === Node.ELEMENT_NODE) {
    copyAttributes(old, fresh);
    swapChildren(old, fresh);
  } else {
    old.data = fresh.data;
    if (old.data.trim()) mark(old.parentElement);
  }
  return true;
}

// Whether the reader is busy in this part of the page: what they typed or chose must not vanish.
export function isBusy(element) {
  const fields = [...element.querySelectorAll("input, textarea, select")];
  if (element.matches("input, textarea, select")) fields.push(element);
  return fields.some((field) => field === document.activeElement || isTyped(field));
}

function isTyped(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.selected && !option.defaultSelected && option.index > 0);
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

function isAlike(old, fresh) {
  return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && (old.id || "") === (fresh.id || "");
}

// A time that times.js has made relative is still the same time.
function isSameMoment(old, fresh) {
  return old.nodeName === "TIME" && fresh.nodeName === "TIME" && old.dateTime === fresh.dateTime && "ago" in old.dataset;
}

function copyAttributes(old, fresh) {
  const theirs = [...old.classList].filter((name) => THEIR_CLASSES.test(name));
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !THEIRS.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !THEIRS.has(name)) old.setAttribute(name, value);
  }
  old.classList.add(...theirs);
}

function swapChildren(old, fresh) {
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const match = findMatch(at, wanted);
    if (!match) {
      const copy = document.importNode(wanted, true);
      old.insertBefore(copy, at);
      mark(copy);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    swap(match, wanted);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

// The child that `wanted` stands for: by its id, wherever it is; else the next one, if it is of the same kind.
function findMatch(at, wanted) {
  if (!wanted.id) return at && isAlike(at, wanted) ? at : null;
  for (let child = at; child; child = child.nextSibling) {
    if (isAlike(child, wanted)) return child;
  }
  return null;
}

function mark(place) {
  const element = place.nodeType === Node.ELEMENT_NODE ? place : place.parentElement;
  if (!element?.classList || (place.nodeType === Node.TEXT_NODE && !place.data.trim())) return;
  element.classList.add("just-changed");
  setTimeout(() => element.classList.remove("just-changed"), MARK_MS);
}
