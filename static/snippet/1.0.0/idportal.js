// idportal 1.0.0: takes calls and page views, gives events to the collect API. See docs/snippet.md
(() => {
  "use strict";
  const VERSION = "1.0.0";
  const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, WEEK = 168 * HOUR;
  const GATHER = 50, PAUSE = SECOND; // events made together travel together
  const IN_FLIGHT_BYTES = 60000; // browsers lose what is over 64 KiB when a page goes away
  const BATCH_EVENTS = 100, QUEUE_EVENTS = 1000, QUEUE_BYTES = 1e6;
  const FINAL = [400, 401, 403, 410, 413, 422];

  const script = document.currentScript || document.querySelector("script[data-write-key]") || { dataset: {} };
  const { writeKey, endpoint: stated, pageViews, consent: mode, dnt, gpc } = script.dataset;
  const endpoint = attempt(() => new URL(stated || "/v1/events", script.src || location).href);
  const QUEUE = `idportal.q.${writeKey}.`, ID = "idportal.id", CONSENT = "idportal.consent", WAIT = "idportal.wait";

  const told = new Set();
  function explain(text) {
    if (!told.has(text)) console.warn("idportal: " + text);
    told.add(text);
  }
  function attempt(what) {
    try { return what(); } catch {}
  }
  const safely = (what) => (...args) => {
    try { what(...args); } catch (error) { explain(`${error}; not sent.`); }
  };
  const on = (target, name, what) => target.addEventListener(name, safely(what));

  // ---- storage

  const read = (key) => attempt(() => localStorage.getItem(key)) ?? null;
  const readJson = (key) => attempt(() => JSON.parse(read(key)));
  const write = (key, value) => attempt(() => (localStorage.setItem(key, value), true));
  const remove = (key) => attempt(() => localStorage.removeItem(key));
  const storedKeys = (start) => (attempt(() => Object.keys(localStorage)) || []).filter((key) => key.startsWith(start));

  const readCookie = (name) => attempt(() => document.cookie.match(`(?:^|; )${name}=([^;]+)`)?.[1]);
  function writeCookie(name, value, age) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    attempt(() => (document.cookie = `${name}=${value}; path=/; max-age=${age}; samesite=lax${secure}${domain}`));
  }
  // Browsers refuse public suffixes, so the first domain that is taken is the widest.
  let domain;
  function findDomain() {
    const labels = location.hostname.split(".");
    for (let count = 2, taken; count <= labels.length && !taken; count++) {
      domain = "; domain=" + labels.slice(-count).join(".");
      writeCookie("idportal_try", 1, 9);
      taken = readCookie("idportal_try");
      writeCookie("idportal_try", "", 0);
    }
  }

  // ---- who

  // UUID version 7; stamps only rise, so ids sort as they were made.
  let stamp = 0;
  function uuid() {
    stamp = Math.max(Date.now(), stamp + 1);
    const time = stamp.toString(16).padStart(12, "0");
    const random = () => (crypto.getRandomValues(new Uint8Array(1))[0] & 15).toString(16);
    return `${time.slice(0, 8)}-${time.slice(8)}-7` + "xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, random);
  }
  const ageOf = (id) => Date.now() - parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

  // Read anew each time: another tab may reset it. Cookie and storage heal each other.
  let memory = {}, lasting;
  function person() {
    const stored = readJson(ID) || {};
    const id = readCookie("idportal_id") || stored.id || memory.id || uuid();
    return remember({ id, user: [stored, memory].find((one) => one.id === id)?.user });
  }
  function remember(who) {
    const text = JSON.stringify(who);
    memory = who;
    if (read(ID) !== text) write(ID, text);
    if (readCookie("idportal_id") !== who.id) keepCookie(who.id);
    lasting = readCookie("idportal_id") === who.id || read(ID) === text;
    return who;
  }
  function keepCookie(id, age = 31536000) {
    if (domain === undefined) findDomain();
    writeCookie("idportal_id", id, age);
  }

  // ---- consent: nothing is stored or sent without; until then calls wait in memory

  let decision, started, held = [];
  const decided = () => readJson(CONSENT) || decision;
  function refusal() {
    const said = decided();
    if (said) return said.granted ? "" : "the visitor said no";
    if (gpc !== "ignore" && navigator.globalPrivacyControl) return "Global Privacy Control is on";
    if (dnt !== "ignore" && navigator.doNotTrack === "1") return "Do Not Track is on";
    return mode === "required" ? "no consent yet" : "";
  }
  function consent(granted, details) {
    decision = { granted: granted === true || granted === "granted", details };
    write(CONSENT, JSON.stringify(decision));
    admit();
  }
  function admit(event) {
    const reason = refusal();
    if (event) held.push(event);
    if (decided()?.granted === false) {
      // another tab's no is seen late
      storedKeys("idportal.").forEach((key) => key === CONSENT || remove(key));
      if (readCookie("idportal_id")) keepCookie("", 0);
      held = [], queue = [], memory = {};
    }
    held = held.slice(-BATCH_EVENTS);
    if (reason) explain(`nothing is stored or sent: ${reason}.`);
    else if (started) held.splice(0).forEach(safely(record));
  }

  // ---- calls

  let referrer = document.referrer;
  function idText(value) {
    const text = `${value ?? ""}`.trim();
    if (/^(undefined|null|NaN|true|false|\[object.*)$/.test(text)) throw `"${text}" is no id`;
    return text || undefined;
  }
  const whom = (event) => event.userId || event.traits || event.identifiers;
  const make = {
    identify: (userId, traits) => ({ userId: idText(userId), traits }),
    track: (name, properties) => ({ event: name && `${name}`, properties }),
    page: (name, properties) => ({ name, properties }),
    alias: (userId, previousId) => ({ userId: idText(userId), previousId: idText(previousId) }),
    reset: () => ({}),
  };
  function call(type, args, time = new Date()) {
    if (type === "consent") return consent(...args);
    if (Object(args[0]) === args[0]) args = [undefined, ...args];
    const { identifiers, signature, timestamp = time } = args[2] || {};
    const said = { ...make[type](...args), identifiers };
    if (!said.event && !whom(said) && !/page|reset/.test(type)) throw type + "() says nothing";
    const event = { type, messageId: uuid(), timestamp, ...said, signature, context: context() };
    admit(JSON.parse(JSON.stringify(event)));
  }
  function context() {
    let campaign;
    new URLSearchParams(location.search).forEach((value, name) => {
      if (name.startsWith("utm_")) campaign = { ...campaign, [name.slice(4)]: value };
    });
    return {
      page: { url: location.href, path: location.pathname, title: document.title },
      referrer, campaign, locale: navigator.language,
      library: { name: "idportal.js", version: VERSION },
    };
  }
  function record(event) {
    let who = person();
    const { type, userId } = event, before = who.user || (lasting ? who.id : undefined);
    const another = type === "identify" && userId && who.user && who.user !== userId;
    if (another) explain("identify() with another user id, without reset(): taken as another person.");
    if (another || type === "reset") who = { id: uuid() };
    who = remember({ id: who.id, user: userId || who.user });
    if (type === "reset") return;
    if (type === "alias") event.previousId ??= before;
    event.userId = who.user;
    event.context.consent = { ...decided()?.details, granted: true, explicit: !!decided() };
    // An id that only this page knows ties nobody to anything.
    if (lasting) event.anonymousId = who.id;
    else event.context.ephemeral = true;
    if (!lasting && !whom(event)) return explain("no cookie, no storage: anonymous events are not sent.");
    enqueue(event.messageId, JSON.stringify(event));
    if (away) leave();
    else schedule(Math.max(GATHER, last + PAUSE - Date.now()));
  }

  // ---- the queue: one storage key an event, owned by a page, known by its lock. What left with a page, its answer
  // unseen, stays in storage: it may have been throttled, so the next page sends it again, and it lands once.

  let queue = [], owner = uuid(), release;
  const locks = navigator.locks;
  const lock = (name, options, then) => attempt(() => locks.request(QUEUE + name, options, then).catch(() => {}));
  const hold = () => lock(owner, {}, () => new Promise((done) => (release = done)));

  function enqueue(id, body) {
    const key = QUEUE + owner + "." + id, stored = write(key, body);
    queue.push({ body, size: bytes(body) + 1, key: stored && key });
    let total = queue.reduce((sum, item) => sum + item.size, 0);
    while (queue.length > QUEUE_EVENTS || (total > QUEUE_BYTES && queue.length > 1)) {
      total -= queue[0].size;
      drop(queue.slice(0, 1));
      explain("too many events wait; the oldest are given up.");
    }
    return stored;
  }
  function drop(items) {
    items.forEach((item) => item.key && remove(item.key));
    queue = queue.filter((item) => !items.includes(item));
  }
  const isThere = (item) => !item.key || read(item.key) !== null;
  function waiting() {
    if (!locks) queue = queue.filter(isThere);
    return queue.filter((item) => !item.flying && !item.left);
  }

  // The lock of a page that is gone is free. Without locks (plain http) age must do.
  function adopt() {
    if (refusal()) return;
    const owners = new Set(storedKeys(QUEUE).map((key) => key.slice(QUEUE.length, -37)));
    owners.delete(owner);
    owners.forEach((name) => {
      if (locks) lock(name, { ifAvailable: true }, (free) => free && takeOver(name));
      else takeOver(name, MINUTE);
    });
  }
  function takeOver(name, age) {
    storedKeys(QUEUE + name).sort().forEach((key) => {
      const id = key.slice(-36), body = read(key);
      if (!body || ageOf(id) < age) return;
      if (ageOf(id) > WEEK) explain("events older than a week are given up.");
      else if (!enqueue(id, body)) return;
      remove(key);
    });
    schedule(GATHER);
  }

  // ---- sending

  let timer, inFlight = 0, left = 0, failures = 0, retryAt = 0, limit = BATCH_EVENTS, last = 0;
  const bytes = (text) => new Blob([text]).size;
  const pause = () => Math.min(Math.max(retryAt, read(WAIT)) - Date.now(), HOUR);

  function schedule(delay) {
    timer ??= setTimeout(hurry, delay);
  }
  function hurry() {
    clearTimeout(timer);
    timer = null;
    safely(flush)();
  }
  function take() {
    let room = IN_FLIGHT_BYTES - inFlight - left - 200, count = 0;
    return waiting().filter(({ size }) => count < limit && size <= room && (count++, (room -= size), true));
  }
  function wrap(batch) {
    const head = JSON.stringify({ sentAt: new Date(), writeKey });
    return `${head.slice(0, -1)},"batch":[${batch.map((item) => item.body)}]}`;
  }
  function flush() {
    if (!started || away || refusal() || (inFlight && !document.hidden)) return;
    if (pause() > 0) return schedule(pause());
    let batch = take();
    if (!batch.length && !inFlight) batch = waiting().slice(0, 1); // too large for a page that is going away
    if (batch.length) send(batch);
  }
  async function send(batch) {
    const body = wrap(batch), size = bytes(body);
    batch.forEach((item) => (item.flying = true));
    inFlight += size, last = Date.now();
    // A string goes as text/plain, which needs no preflight.
    const keepalive = !failures && inFlight <= IN_FLIGHT_BYTES, signal = AbortSignal.timeout?.(30 * SECOND);
    const options = { method: "POST", body, keepalive, signal, credentials: "omit" };
    const response = await new Promise((done) => done(fetch(endpoint, options))).catch(() => {});
    inFlight -= size;
    batch.forEach((item) => (item.flying = false));
    safely(answered)(batch, response);
    const more = waiting().length;
    if (more) schedule(more < limit ? last + PAUSE - Date.now() : 0);
  }
  function answered(batch, response) {
    const { ok, status } = response || {};
    if (status === 413 && batch.length > 1) return void (limit = Math.ceil(batch.length / 2));
    if (!ok && !FINAL.includes(status)) return backOff(batch, response);
    failures = retryAt = 0;
    drop(batch);
    tell(response);
  }
  function backOff(batch, response) {
    if (away && !response) return; // cut off with the page, which says nothing of the collect API
    const asked = response?.headers.get("retry-after");
    const until = asked > 0 ? asked * SECOND : Date.parse(asked) - Date.now();
    const own = Math.min(5 * MINUTE, SECOND * 2 ** failures++) * (0.5 + Math.random() / 2);
    retryAt = Date.now() + Math.max(own, Math.min(until || 0, HOUR));
    if (asked) write(WAIT, retryAt);
    const what = response ? "answers " + response.status : "can't be reached (offline, blocked, CSP connect-src?)";
    explain(`${endpoint} ${what}; events are sent later.`);
  }
  function tell(response) {
    response.json().catch(() => {}).then(safely((said) => {
      if (!response.ok) explain(`events given up: ${endpoint} answers ${response.status} ${said?.reason}`);
      said?.rejected?.forEach((one) => explain(`event rejected: ${one.reason}`));
    }));
  }

  // ---- coming and going

  let seen = "", away;
  // A fragment is an address where a router uses it: #/ and #!
  const address = () => location.href.replace(/#(?![!/]).*/, "");
  function view() {
    if (pageViews === "off" || address() === seen) return;
    referrer = seen || referrer;
    seen = address();
    call("page", []);
  }
  function leave() {
    away = true;
    release?.();
    if (refusal()) return;
    const trouble = failures || navigator.onLine === false || pause() > 0;
    if (trouble && queue.every((item) => item.key)) return; // the next page sends them
    for (let batch; (batch = take()).length; ) {
      const body = wrap(batch);
      if (!attempt(() => navigator.sendBeacon(endpoint, body))) send(batch);
      else left += bytes(body), batch.forEach((item) => (item.left = true));
    }
  }
  function comeBack() {
    queue = queue.filter(isThere); // another tab may have taken them over
    queue.forEach((item) => (item.left = false));
    left = 0, away = false, seen = "";
    hold();
    adopt();
    view();
    schedule(GATHER);
  }
  function start() {
    started = true;
    if (!refusal()) keepCookie(person().id);
    hold();
    adopt();
    admit();
    if (document.title || document.readyState !== "loading") view();
    else on(document, "DOMContentLoaded", view);
    const { pushState } = history;
    history.pushState = function (...args) {
      pushState.apply(this, args);
      setTimeout(safely(view)); // the title follows
    };
    on(window, "popstate", view);
    if (window.navigation) on(navigation, "navigate", hurry);
    on(window, "pagehide", leave);
    on(window, "pageshow", (event) => event.persisted && comeBack());
    on(window, "online", () => { retryAt = 0; hurry(); });
    on(window, "storage", () => admit());
    on(document, "visibilitychange", () => { if (!document.hidden) adopt(); hurry(); });
    if (!locks) setTimeout(safely(adopt), MINUTE);
  }

  const before = window.idportal;
  if (before?.version) return explain("is twice on this page; the second does nothing.");
  const idportal = (window.idportal = Array.isArray(before) ? before : []);
  const early = idportal.splice(0);
  [...Object.keys(make), "consent"].forEach((name) => (idportal[name] = safely((...args) => call(name, args))));
  idportal.push = safely((one) => call(...one));
  idportal.version = VERSION;
  early.forEach(idportal.push);
  if (document.prerendering) on(document, "prerenderingchange", start);
  else safely(start)();
})();
