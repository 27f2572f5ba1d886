// The worker's script: wasm_exec.js stands before it in the same source. It
// starts the program's worker role and gives it two things that Go cannot do
// well by itself: messages kept until it listens, and file contents written
// straight into its memory.
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

  // Chunks reads a file from an offset, one chunk ahead of whoever takes.
  class Chunks {
    constructor(file, offset, inflate) {
      this.chunk = null;
      this.at = 0;
      this.error = "";
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
      this.ahead = this.pull();
      this.ahead.catch(() => {});
    }

    async pull() {
      if (this.bytes) {
        const { value, done } = await this.bytes.read(new Uint8Array(this.spare.pop() || new ArrayBuffer(chunkLen)));
        return done ? null : value;
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

    // take copies up to room bytes to the program's memory at address and says
    // how many; 0: none at hand, wait first; -1: the end; -2: see error.
    take(address, room) {
      if (this.error) return -2;
      if (!this.chunk) return this.ahead ? 0 : -1;
      const part = this.chunk.subarray(this.at, this.at + room);
      new Uint8Array(memory.buffer, address, part.length).set(part);
      this.at += part.length;
      if (this.at === this.chunk.length) {
        if (this.bytes) this.spare.push(this.chunk.buffer);
        this.chunk = null;
      }
      return part.length;
    }

    // wait calls back when take has something to say.
    wait(ready) {
      this.ahead.then((chunk) => {
        this.chunk = chunk && chunk.length ? chunk : null;
        this.at = 0;
        this.ahead = chunk ? this.pull() : null;
        if (this.ahead) this.ahead.catch(() => {});
        ready();
      }, (error) => {
        this.error = error.message || String(error);
        ready();
      });
    }

    close() {
      this.chunk = null;
      const reader = this.bytes || this.reader;
      if (reader) reader.cancel().catch(() => {});
    }
  }

  const start = async (module) => {
    const write = fs.writeSync;
    fs.writeSync = (fd, bytes) => {
      lastWords = (lastWords + new TextDecoder().decode(bytes)).slice(0, 2000);
      return write(fd, bytes);
    };
    const go = new Go();
    go.argv = ["wirewhy", "worker"];
    go.exit = (code) => self.postMessage({ crash: lastWords.split("\n")[0] || `exit code ${code}` });
    const instance = await WebAssembly.instantiate(module, go.importObject);
    memory = instance.exports.mem;
    await go.run(instance);
  };
  const crash = (reason) => self.postMessage({ crash: String((reason && reason.message) || reason) });
  self.addEventListener("unhandledrejection", (event) => { event.preventDefault(); crash(event.reason); });
  self.onmessage = ({ data }) => {
    if (data.module) start(data.module).catch(crash);
    else if (glue.listener) glue.listener(data);
    else waiting.push(data);
  };
})();
