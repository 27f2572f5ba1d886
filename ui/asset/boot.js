// The loader: compiles the program once, fetches everything else that will ever
// be needed, starts the page role, and hands workers to it. After that no
// request is made: a restarted worker comes from memory.
"use strict";
(() => {
  const root = document.documentElement;
  const assets = JSON.parse(document.getElementById("assets").textContent);
  const wanted = new URLSearchParams(location.search).get("lang") || navigator.language || "en";
  root.lang = wanted.toLowerCase().startsWith("zh") ? "zh-CN" : "en";

  // Scripts and markup pass this policy only: nothing but our own two scripts can
  // be loaded, and markup goes into an inert template that ui/dom walks (in
  // browsers without Element.setHTML).
  const allowed = new Set([assets["wasm_exec.js"]]);
  const rules = {
    createScriptURL(url) {
      if (!allowed.has(url)) throw new TypeError(`no script of this page: ${url}`);
      return url;
    },
    createHTML: (html) => html,
  };
  const policy = self.trustedTypes ? trustedTypes.createPolicy("wirewhy", rules) : rules;

  const get = async (url) => {
    const response = await fetch(url, { credentials: "same-origin" });
    if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
    return response;
  };
  const text = async (url) => (await get(url)).text();
  const script = (url) => new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = policy.createScriptURL(url);
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${url} could not be loaded`));
    document.head.append(element);
  });
  const compile = async (url) => {
    const response = await get(url);
    if ((response.headers.get("Content-Type") || "").startsWith("application/wasm")) return WebAssembly.compileStreaming(response);
    return WebAssembly.compile(await response.arrayBuffer());
  };

  // What is chosen or dropped before the program runs waits for it.
  const boot = (self.wirewhyBoot = { assets, policy, module: null, samples: [], early: null, newWorker: null, sampleFile: null });
  const keep = (files) => { if (!boot.started && files && files.length) boot.early = [...files]; };
  document.getElementById("open").addEventListener("change", (event) => keep(event.target.files));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => { event.preventDefault(); keep(event.dataTransfer && event.dataTransfer.files); });

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
    const list = await (await get(assets["samples/samples.json"])).json();
    return Promise.all(list.map(async (sample) => ({ ...sample, blob: await (await get(assets["samples/" + sample.file])).blob() })));
  };

  const start = async () => {
    if (typeof WebAssembly !== "object") throw new Error("this browser has no WebAssembly");
    const exec = assets["wasm_exec.js"];
    const samples = loadSamples();
    const [module, ...parts] = await Promise.all([compile(assets["wirewhy.wasm"]), text(exec), text(assets["worker.js"]), script(exec)]);
    const source = URL.createObjectURL(new Blob([parts[0], "\n", parts[1]], { type: "text/javascript" }));
    allowed.add(source);
    boot.module = module;
    boot.newWorker = () => {
      const started = new Worker(policy.createScriptURL(source), { name: "wirewhy" });
      started.postMessage({ module });
      return started;
    };
    boot.samples = await samples;
    boot.sampleFile = (index) => new File([boot.samples[index].blob], boot.samples[index].file.split("/").pop());
    const go = new Go();
    go.argv = ["wirewhy", "page"];
    go.exit = (code) => fail(new Error(`the program ended (${code}); reload the page`));
    boot.started = true;
    const instance = await WebAssembly.instantiate(module, go.importObject);
    await go.run(instance);
  };
  start().catch(fail);
})();
