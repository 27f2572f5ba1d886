// The service worker: it keeps exactly one version of the site, file by file, and
// answers from that. In front of this text stand, written when the site is made:
//
//   version  what is built, told nobody but the cache's name
//   files    the addresses of this version's files → the beginning of their SHA-256
//   shared   the name of the cache for files that another app shares with the page
//
// It asks the network for these files only, while it installs itself.
"use strict";
(() => {
  const scope = registration.scope;
  const ours = `wirewhy of ${scope}: `; // other sites may live on the same origin
  const name = ours + version;

  const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  const keep = async (cache, path) => {
    // What has its hash in its name is taken from where the page has just got it.
    const request = new Request(new URL(path, scope), { cache: path.includes(files[path]) ? "default" : "no-cache" });
    const response = await fetch(request);
    const body = await response.arrayBuffer();
    const sum = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", body)));
    if (!response.ok || !sum.startsWith(files[path])) throw new Error(`${path} is not of version ${version}`);
    await cache.put(request.url, new Response(body, { headers: kept(response.headers) }));
  };
  // Length and coding are those of the way that the file came.
  const kept = (headers) => {
    const copy = new Headers(headers);
    for (const line of ["content-encoding", "content-length", "vary", "set-cookie"]) copy.delete(line);
    return copy;
  };
  const install = async () => {
    await new Promise((done) => setTimeout(done, 1000)); // the page comes first
    const cache = await caches.open(name);
    try {
      for (const path of Object.keys(files)) await keep(cache, path);
    } catch (error) {
      await caches.delete(name);
      throw error;
    }
  };
  const activate = async () => {
    for (const other of await caches.keys()) {
      if (other.startsWith(ours) && other !== name) await caches.delete(other);
    }
  };

  // What another app shares is put aside for the page, which is then opened.
  const take = async (request) => {
    const cache = await caches.open(shared);
    let count = 0;
    for (const file of (await request.formData()).getAll("captures")) {
      if (file instanceof File) await cache.put(`${scope}shared/${count++}?${encodeURIComponent(file.name)}`, new Response(file));
    }
    return Response.redirect(`${scope}?shared`, 303);
  };

  const answer = async (request, path) => {
    const cache = await caches.open(name);
    return (await cache.match(new URL(path, scope).href)) || new Response("Not Found\n", { status: 404 });
  };

  addEventListener("install", (event) => event.waitUntil(install()));
  addEventListener("activate", (event) => event.waitUntil(activate()));
  addEventListener("message", (event) => { if (event.data === "take over") skipWaiting(); });
  addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    url.hash = "";
    if (!url.href.startsWith(scope)) return;
    const rest = url.pathname.slice(new URL(scope).pathname.length);
    if (request.method === "POST" && rest === "share") return event.respondWith(take(request));
    if (request.method !== "GET") return;
    if (rest === "" || rest === "index.html") return event.respondWith(answer(request, "./"));
    if (rest in files) return event.respondWith(answer(request, rest));
    // Anything else belongs to other pages of the host. This one cannot ask for it: its policy forbids that.
  });
})();
