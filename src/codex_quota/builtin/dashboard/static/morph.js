"use strict";

// Makes a living part of the page equal to a new version of it, touching only what differs: elements stay themselves,
// so focus, selection, scroll position, open <details> and what was typed survive.

const OWNED_BY_THE_READER = new Set(["open", "value"]);

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE && node.id ? node.id : null;
}

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
}

function copyAttributes(from, to) {
  for (const { name, value } of from.attributes) {
    if (!OWNED_BY_THE_READER.has(name) && to.getAttribute(name) !== value) to.setAttribute(name, value);
  }
  for (const { name } of [...to.attributes]) {
    if (!OWNED_BY_THE_READER.has(name) && !from.hasAttribute(name)) to.removeAttribute(name);
  }
}

// Changes *now* into *next*, which must be elements of one kind.
function morph(now, next) {
  copyAttributes(next, now);
  const keyed = new Map();
  for (const child of now.children) if (child.id) keyed.set(child.id, child);
  let place = now.firstChild;
  for (const wanted of [...next.childNodes]) {
    const key = keyOf(wanted);
    let found = key === null ? place : keyed.get(key);
    while (key === null && found && keyOf(found) !== null && wanted.nodeType === Node.ELEMENT_NODE) found = found.nextSibling;
    if (found && alike(found, wanted)) {
      if (found === place) place = place.nextSibling;
      else now.insertBefore(found, place);
      if (found.nodeType === Node.ELEMENT_NODE) morph(found, wanted);
      else if (found.nodeValue !== wanted.nodeValue) found.nodeValue = wanted.nodeValue;
    } else {
      now.insertBefore(wanted, place);
    }
  }
  while (place) {
    const rest = place.nextSibling;
    place.remove();
    place = rest;
  }
}
