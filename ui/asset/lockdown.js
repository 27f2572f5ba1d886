// Runs before every other script, in the page and at the head of the worker, and
// takes away what a policy cannot forbid: ways to send something elsewhere, and
// ways to get at a window or worker that is not locked down. Whoever comes later
// finds nothing to call. The loader gets what it needs to load, once, and gives
// it to nobody.
//
// Everything that is used after the first line of somebody else's code is held
// in constants here: replacing a prototype's method later changes nothing.
"use strict";
(() => {
  const { apply, deleteProperty, getPrototypeOf, getOwnPropertyDescriptor, ownKeys } = Reflect;
  const define = Object.defineProperty;
  const inPage = typeof document === "object";

  const kept = {
    fetch: self.fetch && self.fetch.bind(self),
    Worker: self.Worker,
    caches: self.caches,
    serviceWorker: navigator.serviceWorker,
    reload: inPage && location.reload.bind(location),
    framed: inPage && self !== self.top,
  };

  // remove takes a name away from an object and all that it inherits from, and the
  // way back from the instances of what it named.
  const remove = (object, name) => {
    const value = object[name];
    for (let holder = object; holder; holder = getPrototypeOf(holder)) if (getOwnPropertyDescriptor(holder, name)) deleteProperty(holder, name);
    if (name in object || object === self) define(object, name, { value: undefined });
    if (typeof value === "function" && value.prototype) define(value.prototype, "constructor", { value: undefined });
  };
  for (const name of [
    "fetch", "fetchLater", "XMLHttpRequest", "WebSocket", "WebSocketStream", "EventSource", "WebTransport", "TCPSocket", "UDPSocket",
    "RTCPeerConnection", "webkitRTCPeerConnection", "mozRTCPeerConnection", "RTCIceGatherer",
    "importScripts", "Worker", "SharedWorker", "BroadcastChannel", "caches", "cookieStore", "Notification", "XSLTProcessor",
    "PaymentRequest", "PresentationRequest", "BackgroundFetchManager", "PushManager", "sharedStorage", "fence",
  ]) remove(self, name);
  for (const name of [
    "sendBeacon", "serviceWorker", "registerProtocolHandler", "share", "credentials", "mediaDevices", "getUserMedia", "webkitGetUserMedia", "mozGetUserMedia",
    "bluetooth", "usb", "serial", "hid", "presentation", "requestMIDIAccess", "xr", "joinAdInterestGroup", "runAdAuction", "locks",
  ]) if (name in navigator) remove(navigator, name);
  if (self.Worklet) remove(Worklet.prototype, "addModule");

  define(self, "wirewhyKept", { value: kept, configurable: true }); // the loader deletes it
  if (!inPage) return;

  const refuse = (what) => { throw new DOMException(`this page does not ${what}`, "SecurityError"); };
  for (const name of ["open", "openDialog", "documentPictureInPicture", "opener"]) remove(self, name);
  for (const name of ["open", "write", "writeln", "execCommand", "cookie"]) remove(document, name);
  remove(Element.prototype, "attachShadow");
  for (const name of ["submit", "requestSubmit"]) remove(HTMLFormElement.prototype, name); // Chromium connects before it asks the policy

  // Elements that reach out by themselves where the policy does not look (a
  // connection is opened ahead, a page goes elsewhere), or hold a fresh window.
  const reaching = "iframe,frame,object,embed,fencedframe,portal,link,meta,base,form";
  const { matches, closest, querySelector, getAttribute } = Element.prototype;
  const search = DocumentFragment.prototype.querySelector;
  const check = (node) => {
    if (node instanceof Element ? apply(matches, node, [reaching]) || apply(querySelector, node, [reaching])
      : node instanceof DocumentFragment && apply(search, node, [reaching])) refuse("load anything more");
  };
  const append = Node.prototype.appendChild;
  const wrap = (prototype, name, before) => {
    const original = prototype && prototype[name];
    if (!original) return;
    define(prototype, name, { writable: false, configurable: false, value(...given) { before(this, given); return apply(original, this, given); } });
  };
  const checkAll = (_, given) => { for (let i = 0; i < given.length; i++) check(given[i]); };
  for (const [prototype, names] of [
    [Node.prototype, ["appendChild", "insertBefore", "replaceChild"]],
    [Element.prototype, ["append", "prepend", "replaceChildren", "before", "after", "replaceWith", "insertAdjacentElement", "moveBefore"]],
    [Document.prototype, ["append", "prepend", "replaceChildren", "moveBefore"]],
    [DocumentFragment.prototype, ["append", "prepend", "replaceChildren", "moveBefore"]],
    [CharacterData.prototype, ["before", "after", "replaceWith"]],
    [DocumentType.prototype, ["before", "after", "replaceWith"]],
    [Range.prototype, ["insertNode", "surroundContents"]],
  ]) for (const name of names) wrap(prototype, name, checkAll);

  // Markup comes in through the browser's sanitizer, or into an inert template.
  const isTemplate = (node) => node instanceof HTMLTemplateElement;
  for (const name of ["innerHTML", "outerHTML"]) {
    for (const prototype of [Element.prototype, self.ShadowRoot && ShadowRoot.prototype]) {
      const was = prototype && getOwnPropertyDescriptor(prototype, name);
      if (was) define(prototype, name, { get: was.get, set(html) { if (name === "outerHTML" || !isTemplate(this)) refuse("take markup as it is"); apply(was.set, this, [html]); }, configurable: false });
    }
  }
  for (const name of ["insertAdjacentHTML", "setHTMLUnsafe"]) wrap(Element.prototype, name, () => refuse("take markup as it is"));
  const setHTML = Element.prototype.setHTML;
  if (setHTML) {
    const { removeElement } = Sanitizer.prototype;
    const names = reaching.split(",");
    define(Element.prototype, "setHTML", { value(html, options) {
      const sanitizer = options && options.sanitizer instanceof Sanitizer ? options.sanitizer : new Sanitizer();
      for (let i = 0; i < names.length; i++) apply(removeElement, sanitizer, [names[i]]);
      return apply(setHTML, this, [html, { sanitizer }]);
    } });
  }

  // The few such elements that the page itself has stay as they are.
  const fixed = (node) => { if (node instanceof Element && apply(matches, node, [reaching])) refuse("load anything more"); };
  const setAttribute = Element.prototype.setAttribute;
  const addToHead = (name, attributes) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) apply(setAttribute, element, [key, value]);
    apply(append, document.head, [element]);
  };
  // The policy that holds from now on, besides the one that the page came with.
  kept.seal = (policy) => addToHead("meta", { "http-equiv": "Content-Security-Policy", content: policy });
  kept.manifest = (href) => addToHead("link", { rel: "manifest", href });
  for (const name of ["setAttribute", "setAttributeNS", "setAttributeNode", "setAttributeNodeNS", "toggleAttribute"]) wrap(Element.prototype, name, fixed);
  for (const name of ["setNamedItem", "setNamedItemNS"]) wrap(NamedNodeMap.prototype, name, () => refuse("change attributes this way"));
  const owner = getOwnPropertyDescriptor(Attr.prototype, "ownerElement").get;
  for (const [prototype, name] of [[Attr.prototype, "value"], [Node.prototype, "nodeValue"], [Node.prototype, "textContent"]]) {
    const was = getOwnPropertyDescriptor(prototype, name);
    define(prototype, name, { get: was.get, set(value) { if (this instanceof Attr) fixed(apply(owner, this, [])); apply(was.set, this, [value]); }, configurable: false });
  }
  for (const kind of ["HTMLLinkElement", "HTMLMetaElement", "HTMLBaseElement"]) {
    const prototype = self[kind].prototype;
    for (const name of ownKeys(prototype)) {
      const was = getOwnPropertyDescriptor(prototype, name);
      if (was.set) define(prototype, name, { get: name.endsWith("List") ? undefined : was.get, set() { fixed(this); }, configurable: false });
    }
  }

  // A click leads nowhere but to a file that the page made.
  const anchors = "a,area";
  const href = getOwnPropertyDescriptor(HTMLAnchorElement.prototype, "href").get;
  const leads = (node) => {
    const anchor = node instanceof Element && apply(closest, node, [anchors]);
    if (!anchor) return false;
    return !(anchor instanceof HTMLAnchorElement && apply(getAttribute, anchor, ["download"]) !== null && apply(href, anchor, []).startsWith("blob:"));
  };
  const stop = (event) => { if (leads(event.target)) event.preventDefault(); };
  addEventListener("click", stop, true);
  addEventListener("auxclick", stop, true);
  const click = (node) => { if (leads(node)) refuse("go elsewhere"); };
  wrap(HTMLElement.prototype, "click", click);
  wrap(EventTarget.prototype, "dispatchEvent", click);
  addEventListener("submit", (event) => event.preventDefault(), true);

  // The page stays where it is; only the part of its address that is never sent may change.
  const sent = (url) => { const u = new URL(url, location.href); u.hash = ""; return u.href; };
  const here = sent(location.href);
  for (const name of ["pushState", "replaceState"]) {
    wrap(History.prototype, name, (_, given) => { if (given[2] !== undefined && given[2] !== null && sent(given[2]) !== here) refuse("go elsewhere"); });
  }
  if (self.navigation) {
    navigation.addEventListener("navigate", (event) => {
      const { destination, downloadRequest } = event;
      if (downloadRequest !== null && destination.url.startsWith("blob:")) return;
      if (sent(destination.url) === here && (destination.sameDocument || event.navigationType === "reload")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    });
  }

  // Nobody else's window is spoken with.
  addEventListener("message", (event) => event.stopImmediatePropagation(), true);
})();
