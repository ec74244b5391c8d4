"use strict";

// The living quota page: asks the server for its living part again and again, counts down in between, and filters and
// sorts at once. Everything works without this file; what it shows was all said by the server.
(() => {
  const EVERY = 10_000, WHILE_ASKING = 1_500, AFTER_A_CHOICE = 350, FIRST = 3_000, LONGEST_PAUSE = 60_000;
  const live = document.getElementById("live");
  const lost = document.getElementById("lost");
  if (!live) return;
  document.documentElement.classList.add("script");

  const words = JSON.parse(live.dataset.words);
  const passed = new Set();
  let etag = "", timer = 0, failures = 0, loading = null, clockOffset = 0;

  // What the reader chose; the address holds it, so that a reload and a bookmark show the same.

  function chosen() {
    const query = new URLSearchParams(location.search);
    return { only: query.get("only") || "all", sort: query.get("sort") || "name", q: query.get("q") || "" };
  }

  function choose(name, value, usual) {
    const query = new URLSearchParams(location.search);
    if (value === usual) query.delete(name);
    else query.set(name, value);
    const text = query.toString();
    history.replaceState(null, "", location.pathname + (text ? `?${text}` : ""));
    arrange();
    loadIn(AFTER_A_CHOICE);
  }

  function arrange() {
    const { only, sort, q } = chosen();
    const wanted = q.trim().replace(/\s+/g, " ").toLowerCase();
    let any = false;
    for (const list of live.querySelectorAll("[data-items]")) {
      const items = [...list.children];
      for (const item of items) {
        item.hidden = !(item.dataset.is.split(" ").includes(only) && item.dataset.find.includes(wanted));
        any = any || !item.hidden;
      }
      const place = Math.max(0, ["name", "left", "reset"].indexOf(sort));
      const rank = (item) => Number(item.dataset.ranks.split(" ")[place]);
      const ordered = [...items].sort((a, b) => rank(a) - rank(b));
      if (ordered.some((item, index) => item !== items[index])) keepingFocus(() => list.append(...ordered));
    }
    const nothing = document.getElementById("nothing");
    if (nothing) nothing.hidden = any;
    mark("only", only);
    mark("sort", sort);
  }

  function mark(name, value) {
    for (const link of live.querySelectorAll(`[data-${name}]`)) {
      if (link.dataset[name] === value) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  function keepingFocus(change) {
    const focused = document.activeElement;
    change();
    if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
  }

  // Counting down and up, with the words and the rounding of the command line.

  function countdown(seconds) {
    if (seconds <= 0) return words.now;
    const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24, minutes = Math.floor(seconds / 60) % 60;
    let text;
    if (days) text = hours && days < 10 ? words["{days}d {hours}h"] : words["{days}d"];
    else if (hours) text = minutes ? words["{hours}h {minutes}m"] : words["{hours}h"];
    else text = minutes ? words["{minutes}m"] : words["<1m"];
    return text.replace("{days}", days).replace("{hours}", hours).replace("{minutes}", minutes);
  }

  function tick() {
    if (document.hidden) return;
    const now = Date.now() + clockOffset;
    for (const time of live.querySelectorAll("time[data-left], time[data-age]")) {
      const moment = Date.parse(time.dateTime), ages = "age" in time.dataset;
      const text = countdown(ages ? Math.max(1, (now - moment) / 1000) : (moment - now) / 1000);
      if (time.textContent !== text) time.textContent = text;
      if (!ages && moment <= now && !passed.has(time.dateTime)) {
        passed.add(time.dateTime);
        loadIn(AFTER_A_CHOICE);
      }
    }
  }

  // Asking the server.

  function loadIn(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(load, milliseconds);
  }

  async function load() {
    clearTimeout(timer);
    if (document.hidden) return;
    if (loading) loading.abort();
    const mine = (loading = new AbortController());
    const query = new URLSearchParams(location.search);
    query.set("fragment", "1");
    const asked = query.toString();
    const giveUp = setTimeout(() => mine.abort("timeout"), 15_000);
    try {
      const headers = etag.startsWith(`${asked}\n`) ? { "If-None-Match": etag.slice(asked.length + 1) } : {};
      const answer = await fetch(`${live.dataset.source}?${asked}`, {
        headers: { Accept: "text/html", ...headers }, cache: "no-store", signal: mine.signal,
      });
      if (answer.redirected || answer.status === 401) return location.reload();
      if (!answer.ok && answer.status !== 304) throw new Error(`status ${answer.status}`);
      const skew = Date.parse(answer.headers.get("Date")) - Date.now();
      clockOffset = Math.abs(skew) > 5000 ? skew : 0;
      if (answer.ok) {
        show(await answer.text());
        etag = `${asked}\n${answer.headers.get("ETag") || ""}`;
      }
      failures = 0;
    } catch {
      if (mine !== loading) return;
      failures += 1;
    } finally {
      clearTimeout(giveUp);
    }
    loading = null;
    lost.hidden = failures === 0;
    const usual = live.querySelector(".busy") ? WHILE_ASKING : EVERY;
    loadIn(failures ? Math.min(LONGEST_PAUSE, 2500 * 2 ** Math.min(failures, 6)) : usual);
  }

  function show(html) {
    const next = live.cloneNode(false);
    next.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    keepingFocus(() => morph(live, next));
    arrange();
    tick();
  }

  // What the reader does.

  live.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-only], a[data-sort], a[data-all]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if ("only" in link.dataset) choose("only", link.dataset.only, "all");
    else if ("sort" in link.dataset) choose("sort", link.dataset.sort, "name");
    else {
      document.getElementById("q").value = "";
      choose("q", "", "");
      choose("only", "all", "all");
    }
  });

  live.addEventListener("input", (event) => {
    if (event.target.id === "q") choose("q", event.target.value, "");
  });

  live.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (event.target.matches(".find")) return;
    const button = event.target.querySelector("button");
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    loadIn(AFTER_A_CHOICE);
    try {
      await fetch(event.target.action, { method: "POST", headers: { Accept: "application/json" } });
    } catch {
      lost.hidden = false;
    }
    button.removeAttribute("aria-disabled");
    load();
  });

  document.addEventListener("visibilitychange", () => { if (!document.hidden) { tick(); load(); } });
  addEventListener("online", load);
  addEventListener("pageshow", (event) => { if (event.persisted) load(); });

  // The server writes clock times in the reader's zone once it knows it.

  function tellZone() {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone, { zoneCookie, path } = live.dataset;
    if (!("zone" in live.dataset) || !zone || document.cookie.split("; ").includes(`${zoneCookie}=${zone}`)) return false;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${zoneCookie}=${zone}; path=${path}; max-age=31536000; samesite=strict${secure}`;
    return true;
  }

  setInterval(tick, 1000);
  loadIn(tellZone() ? 0 : FIRST);
})();
