"use strict";

// Makes a living part of the page equal to a new version of it, touching only what differs: elements stay themselves,
// so focus, selection, scroll position, open <details> and what was typed survive.

const OWNED_BY_THE_READER = new Set(["open", "value"]);

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || "") === (b.id || "");
}

function copyAttributes(from, to) {
  for (const { name, value } of from.attributes) {
    if (!OWNED_BY_THE_READER.has(name) && to.getAttribute(name) !== value) to.setAttribute(name, value);
  }
  for (const { name } of [...to.attributes]) {
    if (!OWNED_BY_THE_READER.has(name) && !from.hasAttribute(name)) to.removeAttribute(name);
  }
}

// The node at or after *place* that may become *wanted*: the one with its id, else the next element like it, unless one that
// belongs to the *later* ones would have to make way. Texts always make way, and none is looked for behind an element.
function counterpart(wanted, place, known, later) {
  if (wanted.id) return known.get(wanted.id) || null;
  if (wanted.nodeType !== Node.ELEMENT_NODE) return place && alike(place, wanted) ? place : null;
  for (let node = place; node && !node.id; node = node.nextSibling) {
    if (alike(node, wanted)) return node;
    if (node.nodeType === Node.ELEMENT_NODE && later.some((other) => alike(node, other))) return null;
  }
  return null;
}

// True when nothing from *place* up to *found* is wanted by its id: then that goes, rather than that *found* is moved, because
// what is moved loses the focus.
function isFree(place, found, wantedIds) {
  for (let node = place; node !== found; node = node.nextSibling) if (!node || wantedIds.has(node.id)) return false;
  return true;
}

// Changes the element *now* into *next*, which is of the same kind; *next* is used up.
function morph(now, next) {
  copyAttributes(next, now);
  const known = new Map(), wantedIds = new Set();
  for (const child of now.children) if (child.id) known.set(child.id, child);
  for (const child of next.children) if (child.id) wantedIds.add(child.id);
  let place = now.firstChild;
  const drop = () => {
    const rest = place.nextSibling;
    place.remove();
    place = rest;
  };
  const all = [...next.childNodes];
  for (const [index, wanted] of all.entries()) {
    while (place && place.id && !wantedIds.has(place.id)) drop();
    const found = counterpart(wanted, place, known, all.slice(index + 1));
    if (!found || !alike(found, wanted)) {
      now.insertBefore(wanted, place);
      continue;
    }
    if (isFree(place, found, wantedIds)) while (place !== found) drop();
    if (found === place) place = place.nextSibling;
    else now.insertBefore(found, place);
    if (found.nodeType === Node.ELEMENT_NODE) morph(found, wanted);
    else if (found.nodeValue !== wanted.nodeValue) found.nodeValue = wanted.nodeValue;
  }
  while (place) drop();
}
