// The worker's script: wasm_exec.js stands before it in the same source. It
// starts the program's worker role and gives it two things that Go cannot do
// well by itself: messages kept until it listens, and file contents written
// straight into its memory. A second worker of the same source reads them.
"use strict";
(() => {
  const waiting = [];
  let memory = null;
  let lastWords = "";

  const glue = (self.wirewhyWorker = {
    // receive is set by the program; it is called with each message's data.
    set receive(listener) {
      glue.listener = listener;
      for (const data of waiting.splice(0)) listener(data);
    },
    send(bytes, document) {
      const transfer = [bytes.buffer];
      if (document) transfer.push(document.buffer);
      self.postMessage({ bytes, document }, transfer);
    },
    chunks: (file, offset, inflate) => new Chunks(file, offset, inflate),
    memoryLen: () => memory.buffer.byteLength,
  });

  const sliceLen = 16 << 20; // of the plain way
  const chunkLen = 2 << 20; // of the byte stream
  const leastLen = 1 << 20; // of what the reader sends at a time: files come in pieces of 64 KiB, and each would be a message
  const aheadCount = 4; // chunks that the reader has under way
  const nearLen = 8 << 20; // plain files up to this length are read here

  // Source reads a file from an offset, chunk after chunk, those of a byte stream of
  // at least so many bytes where the browser knows how to wait for them.
  class Source {
    constructor(file, offset, inflate, least = 1) {
      this.least = least;
      this.file = file;
      this.position = offset;
      this.consumed = 0; // bytes of the file that went into the decompressor
      this.spare = [];
      const rest = offset ? file.slice(offset) : file;
      if (inflate) {
        // What the decompressor takes in is counted on its way, for progress.
        const count = new TransformStream({ transform: (chunk, out) => { this.consumed += chunk.length; out.enqueue(chunk); } });
        this.reader = rest.stream().pipeThrough(count).pipeThrough(new DecompressionStream("gzip")).getReader();
      } else {
        try {
          this.bytes = rest.stream().getReader({ mode: "byob" });
        } catch {
          // No byte streams of files here: slices.
        }
      }
    }

    async next() {
      if (this.bytes) {
        if (this.ended) return null;
        const { value, done } = await this.bytes.read(new Uint8Array(this.spare.pop() || new ArrayBuffer(chunkLen)), { min: this.least });
        this.ended = done; // the last bytes may come with the end
        return value && value.length ? value : null;
      }
      if (this.reader) {
        const { value, done } = await this.reader.read();
        return done ? null : value;
      }
      if (this.position >= this.file.size) return null;
      const end = Math.min(this.position + sliceLen, this.file.size);
      const slice = new Uint8Array(await this.file.slice(this.position, end).arrayBuffer());
      this.position = end;
      return slice;
    }

    give(buffer) { if (this.bytes) this.spare.push(buffer); }

    close() {
      const reader = this.bytes || this.reader;
      if (reader) reader.cancel().catch(() => {});
    }
  }

  // Far is a Source in the reader, a second worker: it reads, and inflates, while
  // this one is busy with what was read before.
  class Far {
    constructor(file, inflate) {
      this.consumed = 0;
      this.came = [];
      const { port1, port2 } = new MessageChannel();
      this.port = port1;
      port1.onmessage = ({ data }) => {
        this.came.push(data);
        if (this.wake) this.wake();
      };
      glue.reader.postMessage({ file, inflate, port: port2 }, [port2]);
    }

    async next() {
      if (!this.came.length) await new Promise((wake) => { this.wake = wake; });
      this.wake = null;
      const { chunk, consumed, error } = this.came.shift();
      if (error) throw new Error(error);
      this.consumed = consumed;
      return chunk;
    }

    give(buffer) { this.port.postMessage(buffer, [buffer]); }

    close() {
      this.port.postMessage(null);
      this.port.close();
    }
  }

  // serve is what the reader does with a file: each buffer that comes back asks
  // for a further chunk, null for no more.
  const serve = async ({ file, inflate, port }) => {
    let room = aheadCount, open = true, wake = null, source = null;
    port.onmessage = ({ data }) => {
      if (data) source.give(data);
      else open = false;
      room++;
      if (wake) wake();
    };
    try {
      source = new Source(file, 0, inflate, leastLen);
      for (let chunk = true; chunk && open;) {
        if (!room) await new Promise((resolve) => { wake = resolve; });
        room--;
        chunk = await source.next();
        port.postMessage({ chunk, consumed: source.consumed }, chunk ? [chunk.buffer] : []);
      }
    } catch (error) {
      port.postMessage({ error: error.message || String(error) });
    }
    if (source) source.close();
  };

  // Chunks hands a file's chunks to the program, one ahead of it.
  class Chunks {
    constructor(file, offset, inflate) {
      this.chunk = null;
      this.at = 0;
      this.error = "";
      // Where page and analyser have no third processor beside them, a second worker
      // only takes their time away: reading alone is mostly waiting.
      const far = glue.reader && !offset && (inflate || (file.size > nearLen && glue.processors > 2));
      this.source = far ? new Far(file, inflate) : new Source(file, offset, inflate);
      this.pull();
    }

    get consumed() { return this.source.consumed; }

    pull() {
      this.ahead = this.source.next();
      this.ahead.catch(() => {});
    }

    // take copies up to room bytes to the program's memory at address and says
    // how many; 0: none at hand, wait first; -1: the end; -2: see error.
    take(address, room) {
      if (this.error) return -2;
      if (!this.chunk) return this.ahead ? 0 : -1;
      const part = this.chunk.subarray(this.at, this.at + room);
      const count = part.length;
      new Uint8Array(memory.buffer, address, count).set(part);
      this.at += count;
      if (this.at === this.chunk.length) {
        this.source.give(this.chunk.buffer); // and all views of it are empty
        this.chunk = null;
      }
      return count;
    }

    // wait calls back when take has something to say.
    wait(ready) {
      this.ahead.then((chunk) => {
        this.chunk = chunk && chunk.length ? chunk : null;
        this.at = 0;
        this.ahead = null;
        if (chunk) this.pull();
        ready();
      }, (error) => {
        this.error = error.message || String(error);
        ready();
      });
    }

    close() {
      this.chunk = null;
      this.source.close();
    }
  }

  const start = async (module, role) => {
    const write = fs.writeSync;
    fs.writeSync = (fd, bytes) => {
      lastWords = (lastWords + new TextDecoder().decode(bytes)).slice(0, 2000);
      return write(fd, bytes);
    };
    const go = new Go();
    go.argv = ["wirewhy", role];
    go.exit = (code) => self.postMessage({ crash: lastWords.split("\n")[0] || `exit code ${code}` }); // also that the rehearsal has ended
    const instance = await WebAssembly.instantiate(module, go.importObject);
    memory = instance.exports.mem;
    await go.run(instance);
  };
  const crash = (reason) => self.postMessage({ crash: String((reason && reason.message) || reason) });
  self.addEventListener("unhandledrejection", (event) => { event.preventDefault(); crash(event.reason); });
  self.onmessage = ({ data }) => {
    if (data.module) {
      glue.reader = data.reader;
      glue.processors = data.processors;
      start(data.module, data.role || "worker").catch(crash);
    } else if (data.requests) data.requests.onmessage = ({ data }) => serve(data);
    else if (glue.listener) glue.listener(data);
    else waiting.push(data);
  };
})();
