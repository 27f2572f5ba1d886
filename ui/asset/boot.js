// The loader: compiles the program once, gets everything else that will ever be
// needed, closes the page's policy behind itself, starts the page role, and hands
// workers to it. After that no request is made: a restarted worker comes from
// memory.
"use strict";
(() => {
  // What lockdown.js took away, for as long as loading lasts.
  const { fetch, Worker, caches, serviceWorker, reload, framed, seal, manifest } = self.wirewhyKept;
  delete self.wirewhyKept;

  const root = document.documentElement;
  const query = new URLSearchParams(location.search);
  const wanted = query.get("lang") || navigator.language || "en";
  root.lang = wanted.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
  const setup = JSON.parse(document.getElementById("setup").textContent);
  const { assets } = setup;

  // Scripts and markup pass this policy only: nothing but our own scripts can be
  // loaded, and markup goes into an inert template that ui/dom walks (in browsers
  // without Element.setHTML). Nobody else gets hold of it.
  const allowed = new Set([assets["wasm_exec.js"]]);
  const rules = {
    createScriptURL(url) {
      if (!allowed.has(url)) throw new TypeError(`no script of this page: ${url}`);
      return url;
    },
    createHTML: (html) => html,
  };
  const policy = self.trustedTypes ? trustedTypes.createPolicy("wirewhy", rules) : rules;
  const inert = (html) => {
    const template = document.createElement("template");
    template.innerHTML = policy.createHTML(html);
    return template.content;
  };

  // In the single file every asset stands in the page itself: gzip in base64.
  const kinds = { wasm: "application/wasm", json: "application/json", js: "text/javascript" };
  const embedded = (name) => {
    const element = document.querySelector(`script[data-asset="${name}"]`);
    const text = element.textContent;
    element.remove();
    const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const content = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(content, { headers: { "Content-Type": kinds[name.split(".").pop()] || "" } });
  };
  const get = async (name) => {
    if (setup.single) return embedded(name);
    const url = assets[name];
    const response = await fetch(url, { credentials: "same-origin" });
    if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
    return response;
  };
  const text = async (name) => (await get(name)).text();
  // In the single file the script has run already, from an element of its own.
  const script = (name) => setup.single ? null : new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = policy.createScriptURL(assets[name]);
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${assets[name]} could not be loaded`));
    document.head.append(element);
  });
  const compile = async (name) => {
    const response = await get(name);
    if ((response.headers.get("Content-Type") || "").startsWith("application/wasm")) return WebAssembly.compileStreaming(response);
    return WebAssembly.compile(await response.arrayBuffer());
  };

  // What is chosen or dropped before the program runs waits for it.
  const boot = (self.wirewhyBoot = { inert, samples: [], early: null, newWorker: null, newRehearsal: null, sampleFile: null, update: null });
  const running = () => root.dataset.program === "ready";
  const keep = (files) => { if (!running() && files && files.length) boot.early = [...files]; };
  const openFiles = (files) => {
    if (running() && files.length) self.wirewhy.open(files).catch(() => {}); // the page says why
    else keep(files);
  };
  document.getElementById("open").addEventListener("change", (event) => keep(event.target.files));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => { event.preventDefault(); keep(event.dataTransfer && event.dataTransfer.files); });

  // The painter: draws what ui/plot's Pen wrote, a number for each command and its
  // arguments. Colours and font come from the stylesheet.
  boot.paint = (canvas, ops, texts) => {
    const css = getComputedStyle(canvas);
    const colors = css.getPropertyValue("--colors").trim().split(/\s+/);
    const ratio = devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const c = canvas.getContext("2d");
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    c.textBaseline = "middle";
    c.lineJoin = "round";
    let i = 0;
    const next = () => ops[i++];
    const commands = [
      () => { c.fillStyle = c.strokeStyle = colors[next()]; },
      () => c.fillRect(next(), next(), next(), next()),
      () => c.moveTo(next(), next()),
      () => c.lineTo(next(), next()),
      () => {
        c.lineWidth = next();
        const dash = next();
        c.setLineDash(dash ? [dash, dash] : []);
        c.stroke();
        c.beginPath();
      },
      () => {
        const text = texts[next()], x = next(), y = next();
        c.textAlign = ["left", "right", "center"][next()];
        c.font = (next() ? "600 " : "") + css.font;
        c.fillText(text, x, y);
      },
      () => {
        c.save();
        c.beginPath();
        c.rect(next(), next(), next(), next());
        c.clip();
        c.beginPath();
      },
      () => c.restore(),
      () => {
        const shape = next(), x = next(), y = next(), r = next();
        c.beginPath();
        if (shape === 6) for (const d of [-r, r]) { c.moveTo(x - r, y - d); c.lineTo(x + r, y + d); }
        else if (shape === 2 || shape === 5) c.arc(x, y, r, 0, 7);
        else {
          c.moveTo(x, y - r);
          c.lineTo(x + r, shape ? y : y + r);
          c.lineTo(x, y + r);
          c.lineTo(x - r, shape ? y : y + r);
          c.closePath();
        }
        c.lineWidth = 1.8;
        c.setLineDash([]);
        if (shape === 5 || shape === 6) c.stroke();
        else c.fill();
        c.beginPath();
      },
    ];
    while (i < ops.length) commands[next()]();
  };

  const fail = (error) => {
    console.error(error);
    root.dataset.state = "failed";
    const main = document.getElementById("empty");
    const say = document.createElement("p");
    say.className = "failed-start";
    say.setAttribute("role", "alert");
    say.textContent = (root.lang === "en" ? "wirewhy could not start: " : "wirewhy 无法启动：") + error.message;
    main.append(say);
  };

  // The samples are small; all are here before anybody asks for one.
  const loadSamples = async () => {
    if (!assets["samples/samples.json"]) return [];
    const list = await (await get("samples/samples.json")).json();
    return Promise.all(list.map(async (sample) => ({ ...sample, blob: await (await get("samples/" + sample.file)).blob() })));
  };

  const start = async () => {
    if (framed) throw new Error(root.lang === "en" ? "open it in a tab of its own, not inside of another page." : "请在单独的标签页中打开，不要嵌入其他网页。");
    for (const [name, has] of Object.entries({ WebAssembly: self.WebAssembly, Worker, DecompressionStream: self.DecompressionStream })) {
      if (!has) throw new Error(root.lang === "en" ? `this browser is too old, it has no ${name}. Use a current Chrome, Edge, Firefox or Safari.` : `浏览器版本过旧，缺少 ${name}。请使用新版 Chrome、Edge、Firefox 或 Safari。`);
    }
    const exec = "wasm_exec.js";
    const samples = loadSamples();
    const [module, ...parts] = await Promise.all([compile("wirewhy.wasm"), text("lockdown.js"), text(exec), text("worker.js"), script(exec)]);
    boot.samples = await samples;
    await workOffline();
    seal(setup.sealed);
    // The worker takes over the policies that hold for the page when its source is made.
    const source = URL.createObjectURL(new Blob([parts.slice(0, 3).join("\n")], { type: "text/javascript" }));
    allowed.add(source);
    const newWorker = (name) => new Worker(policy.createScriptURL(source), { name });
    boot.newRehearsal = () => {
      const worker = newWorker("wirewhy rehearsal");
      worker.postMessage({ module, role: "rehearsal" });
      return worker;
    };
    boot.newWorker = () => {
      const [worker, reader] = ["wirewhy", "wirewhy reader"].map(newWorker);
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ module, reader: port1, processors: navigator.hardwareConcurrency }, [port1]);
      reader.postMessage({ requests: port2 }, [port2]);
      const terminate = worker.terminate.bind(worker);
      worker.terminate = () => { terminate(); reader.terminate(); };
      return worker;
    };
    boot.sampleFile = (index) => new File([boot.samples[index].blob], boot.samples[index].file.split("/").pop());
    const go = new Go();
    go.argv = ["wirewhy", "page"];
    go.exit = (code) => fail(new Error(`the program ended (${code}); reload the page`));
    const instance = await WebAssembly.instantiate(module, go.importObject);
    await go.run(instance);
  };

  // Where the page is installed, or may be: the service worker keeps this version,
  // files come from the system's file manager or from another app. On localhost
  // only if the address says so, as in /?offline: whoever builds the site wants to
  // see what was built last.
  const workOffline = async () => {
    const able = !setup.single && serviceWorker && isSecureContext && (location.protocol === "https:" || query.has("offline") || query.has("shared"));
    if (!able) return;
    const tell = (waiting) => {
      boot.update = () => {
        serviceWorker.addEventListener("controllerchange", reload, { once: true });
        waiting.postMessage("take over");
      };
      document.dispatchEvent(new CustomEvent("wirewhy:update"));
    };
    const watch = (registration) => {
      if (registration.waiting && serviceWorker.controller) tell(registration.waiting);
      registration.addEventListener("updatefound", () => {
        const fresh = registration.installing;
        fresh.addEventListener("statechange", () => { if (fresh.state === "installed" && serviceWorker.controller) tell(fresh); });
      });
    };
    allowed.add(setup.service);
    serviceWorker.register(policy.createScriptURL(setup.service)).then(watch, (error) => console.warn(`not kept for offline use: ${error.message}`));
    serviceWorker.ready.then(() => {
      manifest(setup.manifest); // not before: what is shared with the page must meet the service worker
      root.dataset.offline = "ready";
    });
    if (self.launchQueue) launchQueue.setConsumer(async ({ files }) => openFiles(await Promise.all(files.map((handle) => handle.getFile()))));
    if (query.has("shared")) keep(await takeShared());
  };

  // takeShared empties the cache in which the service worker put what was shared.
  const takeShared = async () => {
    const cache = await caches.open(setup.shared);
    const files = [];
    for (const key of await cache.keys()) {
      const name = decodeURIComponent(new URL(key.url).search.slice(1)) || "shared.pcap";
      files.push(new File([await (await cache.match(key)).blob()], name));
    }
    await caches.delete(setup.shared);
    return files;
  };

  start().catch(fail);
})();
