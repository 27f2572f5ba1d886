package e2e

import (
	"testing"
	"time"
)

// In Chinese, nothing of the page's own words stays English: neither the empty
// page nor a finding and its menus.
func TestChinese(t *testing.T) {
	p, err := browser.Open("/?lang=zh")
	must(t, err)
	defer p.Close()
	must(t, p.Started())
	must(t, p.Until(5*time.Second, `document.documentElement.lang === "zh-CN" && /[一-鿿]/.test(document.querySelector("#empty h1").innerText)`))
	must(t, p.Screenshots(screenshots, "empty-zh"))
	must(t, p.Do(`document.getElementById("sample-5").click()`))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `/[一-鿿]/.test(document.getElementById("detail-title").innerText) && document.querySelector("svg.ladder .step")`))
	must(t, p.Screenshots(screenshots, "findings-zh"))
	must(t, p.Do(`document.getElementById("menu-export").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("menu-open")`))
	for _, selector := range []string{"#menu-open button", ".facet h2", "#tabs button", "#flows-head .columns button:not(#sort-6)"} {
		english, err := Eval[string](p, `[...document.querySelectorAll("`+selector+`")].map((e) => e.ariaLabel || e.innerText).filter((s) => s && !/[一-鿿]/.test(s)).join(", ")`)
		if err != nil || english != "" {
			t.Errorf("%s: %q, %v", selector, english, err)
		}
	}
}
