package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The browser finds nothing wrong with the web app's manifest, would install the
// page, and hands it the files that are opened with it.
func TestInstall(t *testing.T) {
	b, err := Start(context.Background(), version(t, "v1"))
	must(t, err)
	defer b.Close()
	b.Ordinary = true // nothing is installed from private browsing
	p, err := b.Open("/?lang=en&offline")
	must(t, err)
	defer p.Close()
	must(t, p.Started())
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.offline === "ready"`))

	manifest, err := chromedp.Call(p.ctx, page.GetAppManifest, page.GetAppManifestParams{})
	must(t, err)
	for _, e := range manifest.Errors {
		t.Errorf("the manifest: %s", e.Message)
	}
	var said struct {
		FileHandlers []struct{ Accept map[string][]string } `json:"file_handlers"`
		ShareTarget  struct{ Method string }                `json:"share_target"`
	}
	must(t, json.Unmarshal([]byte(manifest.Data), &said))
	if len(said.FileHandlers) != 1 || len(said.FileHandlers[0].Accept) != 1 || said.ShareTarget.Method != "POST" {
		t.Errorf("the manifest: %+v", said)
	}
	faults, err := chromedp.Call(p.ctx, page.GetInstallabilityErrors, cdp.Empty{})
	must(t, err)
	for _, f := range faults.InstallabilityErrors {
		t.Errorf("not installable: %s %v", f.ErrorID, f.ErrorArguments)
	}

	// What the system's file manager would do, once the page is installed.
	_, err = chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		const bytes = Uint8Array.from(atob("` + base64.StdEncoding.EncodeToString(incident(t).bytes.Bytes()) + `"), (c) => c.charCodeAt(0));
		const files = [{ getFile: async () => new File([bytes], "opened.pcap") }];
		Object.defineProperty(self, "launchQueue", { value: { setConsumer: (f) => { f({ files }) } } });`})
	must(t, err)
	must(t, chromedp.Do(p.ctx, chromedp.Reload()))
	must(t, p.Started())
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `wirewhy.report() && document.getElementById("meta").innerText.includes("opened.pcap")`))
	reportOf(t, p).want(t)
	if errors := p.Errors(); len(errors) > 0 {
		t.Errorf("console: %v", errors)
	}
}
