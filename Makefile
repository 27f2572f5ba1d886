# Everything here needs Go and make only. The browser tests need a Chromium as
# well: it is looked for on the PATH and installed with apt where that is possible.
# Firefox, and npm with its registry in reach, are used by further tests if they
# are there; those tests say so if not.

PORT ?= 8080
SIZES ?= 100MB,1GB,5M
RUNS ?= 3

GO ?= go
bin := build/bin

ifeq ($(filter help clean,$(or $(MAKECMDGOALS),help)),)
ifeq ($(shell sh -c 'command -v $(GO)'),)
$(error Go is needed, 1.26 or newer: see https://go.dev/dl/, or name its program: make GO=/path/to/go)
endif
endif

# The packages that run in the browser only, for the checks that need to know.
wasm := ./wasm/ ./wasm/edge/ ./ui/...
# Plain Go of the program that must work in the browser as it does natively.
portable := ./analyzer/... ./wasm/protocol/... ./wasm/rehearsal/... ./ui/state/... ./ui/plot/...

.PHONY: help serve build site single edge vuln test test-native test-wasm test-browser check bench profile docs samples clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

serve: ## build the site and serve it on http://localhost:8080 (PORT=… for another port)
	@$(GO) run ./build/cmd/serve -port $(PORT)

build: ## compile the native command to build/bin/wirewhy
	$(GO) build -trimpath -o $(bin)/wirewhy ./analyzer/cmd/wirewhy

site: ## write the site to build/site/ and print what it holds
	@$(GO) run ./build/cmd/site $(if $(SHARE),-share $(SHARE))

single: ## write build/site/wirewhy.html: everything in one file, to be opened from a disk
	@$(GO) run ./build/cmd/site -single

test: test-native test-wasm test-browser ## run all tests: native, in WebAssembly, in the browser

test-native: ## run the tests that need no browser
	$(GO) test $$($(GO) list ./... | grep -v -e '/build/e2e$$' -e '/build/wasmtest$$')

test-wasm: ## run the analyzer's tests compiled to WebAssembly, in Chromium
	$(GO) test ./build/wasmtest
	$(GO) build -o $(bin)/wasmtest ./build/wasmtest
	GOOS=js GOARCH=wasm $(GO) test -vet=off -exec $(CURDIR)/$(bin)/wasmtest $(portable)

test-browser: ## run the browser tests on the built site
	$(GO) test -timeout 15m ./build/e2e

check: ## gofmt, vet, staticcheck (native and WebAssembly), layers and habits
	@unformatted=$$(gofmt -l analyzer ui wasm build | grep -v '^build/out/'); if [ -n "$$unformatted" ]; then echo "not formatted with gofmt:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	GOOS=js GOARCH=wasm $(GO) vet $(wasm) $(portable)
	$(GO) build -o $(bin)/staticcheck honnef.co/go/tools/cmd/staticcheck
	$(bin)/staticcheck ./...
	GOOS=js GOARCH=wasm $(bin)/staticcheck $(wasm)
	$(GO) test ./build

vuln: ## look for known vulnerabilities in what the programs use (asks vuln.go.dev)
	@$(GO) build -o $(bin)/govulncheck golang.org/x/vuln/cmd/govulncheck
	@check() { out=$$("$$@" 2>&1); s=$$?; echo "$$out"; case "$$out" in *"fetching vulnerabilities"*) echo "Nothing was checked: vuln.go.dev cannot be reached. GOVULNDB=file:///… names a copy of it.";; esac; return $$s; }; \
	check $(bin)/govulncheck ./... && GOOS=js GOARCH=wasm check $(bin)/govulncheck $(wasm)

edge: ## build the site and its worker for Cloudflare into build/out/edge, and say its size
	@$(GO) run ./build/cmd/edge

bench: ## measure page, command, tcptrace and tshark on generated captures (SIZES=100MB,1GB,5M RUNS=3)
	$(GO) run ./build/bench -sizes $(SIZES) -runs $(RUNS) $(if $(WRITE),-write $(WRITE))

profile: ## write wasm/default.pgo, which tells the compiler what is worth inlining
	$(GO) test -trimpath -run '^$$' -bench Load -benchtime 20s -cpuprofile wasm/default.pgo -o $(bin)/bench.test ./build/bench

docs: ## write docs/diagnoses.md from the rules
	$(GO) run ./build/cmd/docs

samples: ## write the captures of the empty state anew
	$(GO) run ./build/samples

clean: ## remove everything that was built
	rm -rf build/site build/out build/bin
