// Browsers let no page on a disk read the search index beside it.
if (location.protocol === "file:") {
  document.querySelectorAll("[role=search]").forEach((box) => box.remove());
}
