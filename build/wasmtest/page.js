"use strict";
// Starts the program with a file system that lives in the Go program behind
// this page: every call of node's fs that Go makes becomes one request.
(() => {
  const end = (message) => fetch("end", { method: "POST", body: JSON.stringify(message) });
  let exited = false; // what goes wrong after the program's end is not its result
  const fail = (what) => exited || end({ Error: "the page failed: " + (what && what.stack ? what.stack : what) });
  addEventListener("error", (e) => fail(e.error || e.message));
  addEventListener("unhandledrejection", (e) => fail(e.reason));

  // request carries a call out and hands node's (error, result) to done.
  async function request(name, args, body, done, binary) {
    let error = null, result;
    try {
      const answer = await fetch("fs/" + name + "?" + new URLSearchParams(args), { method: "POST", body });
      if (!answer.ok) {
        const code = await answer.text();
        error = Object.assign(new Error(code), { code });
      } else {
        result = binary ? new Uint8Array(await answer.arrayBuffer()) : await answer.json();
      }
    } catch (e) {
      error = Object.assign(e, { code: "EIO" });
    }
    error ? done(error) : done(null, result);
  }

  // What goes to standard output and error keeps its order.
  let printing = Promise.resolve();
  const print = (fd, bytes) => {
    const copy = bytes.slice();
    printing = printing.then(() => fetch("fs/write?fd=" + fd, { method: "POST", body: copy }));
  };

  const place = (fd, length, position) => (position === null ? { fd, length } : { fd, length, position });
  const stats = (done) => (error, s) => done(error, error ? undefined : Object.assign(s, { isDirectory: () => s.directory }));

  globalThis.fs = {
    writeSync(fd, bytes) { print(fd, bytes); return bytes.length; },
    write(fd, buffer, offset, length, position, done) {
      const bytes = buffer.subarray(offset, offset + length);
      if (fd === 1 || fd === 2) { print(fd, bytes); printing.then(() => done(null, length)); return; }
      request("write", place(fd, length, position), bytes.slice(), done);
    },
    read(fd, buffer, offset, length, position, done) {
      request("read", place(fd, length, position), undefined, (error, bytes) => {
        if (error) return done(error);
        buffer.set(bytes, offset);
        done(null, bytes.length);
      }, true);
    },
    open(path, flags, mode, done) { request("open", { path, flags, mode }, undefined, done); },
    close(fd, done) { request("close", { fd }, undefined, done); },
    fstat(fd, done) { request("fstat", { fd }, undefined, stats(done)); },
    stat(path, done) { request("stat", { path }, undefined, stats(done)); },
    lstat(path, done) { request("lstat", { path }, undefined, stats(done)); },
    readdir(path, done) { request("readdir", { path }, undefined, done); },
    mkdir(path, mode, done) { request("mkdir", { path, mode }, undefined, done); },
    unlink(path, done) { request("unlink", { path }, undefined, done); },
    rmdir(path, done) { request("rmdir", { path }, undefined, done); },
    rename(path, to, done) { request("rename", { path, to }, undefined, done); },
    chmod(path, mode, done) { request("chmod", { path, mode }, undefined, done); },
    utimes(path, atime, mtime, done) { request("utimes", { path, atime, mtime }, undefined, done); },
    ftruncate(fd, length, done) { request("ftruncate", { fd, length }, undefined, done); },
    fsync(fd, done) { done(null); },
  };
  for (const name of ["chown", "fchmod", "fchown", "lchown", "link", "readlink", "symlink", "truncate"]) {
    fs[name] = (...args) => args.at(-1)(Object.assign(new Error(name), { code: "ENOSYS" }));
  }

  async function start() {
    const { args, env, dir, flags } = await (await fetch("start.json")).json();
    fs.constants = flags;
    const no = () => { throw Object.assign(new Error("not in a browser"), { code: "ENOSYS" }); };
    globalThis.process = {
      getuid: () => -1, getgid: () => -1, geteuid: () => -1, getegid: () => -1, getgroups: no,
      pid: -1, ppid: -1, umask: no, cwd: () => dir, chdir: no,
    };
    await new Promise((done, failed) => {
      const exec = document.createElement("script");
      exec.onload = done;
      exec.onerror = () => failed(new Error("wasm_exec.js did not load"));
      exec.src = "wasm_exec.js";
      document.head.append(exec);
    });
    const go = new Go();
    go.argv = args;
    go.env = env;
    go.exit = (code) => { exited = true; printing.then(() => end({ Code: code })); };
    const { instance } = await WebAssembly.instantiateStreaming(fetch("program.wasm"), go.importObject);
    await go.run(instance);
  }
  addEventListener("load", () => { start().catch(fail); });
})();
