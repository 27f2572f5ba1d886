package serve

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Hosting returns the table of headers in the words of several hosts, by the names
// of the files in which they look for it. names are the paths of the site's files.
func Hosting(names []string) map[string]string {
	return map[string]string{
		"_headers":           underscoreHeaders(names),
		".htaccess":          htaccess(),
		"hosting/nginx.conf": nginx(),
		"hosting/Caddyfile":  caddy(),
	}
}

const written = "# Written with the site, from the table in build/serve/headers.go.\n"

// underscoreHeaders is for Netlify and Cloudflare (Workers' static assets, Pages).
// Each file is named: both hosts join the values of a header that two rules give.
func underscoreHeaders(names []string) string {
	var b strings.Builder
	b.WriteString(written + "/*\n")
	for _, line := range always {
		fmt.Fprintf(&b, "  %s: %s\n", line.Name, line.Value)
	}
	for _, name := range slices.Sorted(slices.Values(names)) {
		if name == "index.html" {
			name = ""
		}
		fmt.Fprintf(&b, "/%s\n", name)
		for _, line := range own(choose(name == "", "index.html", name)) {
			fmt.Fprintf(&b, "  %s: %s\n", line.Name, line.Value)
		}
	}
	return b.String()
}

func choose(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// hashedPattern is hashed for the names of the compressed copies as well.
const hashedPattern = `\.[0-9a-f]{16}\.[a-z0-9]+(\.br|\.gz)?$`

// htaccess is for Apache with AllowOverride FileInfo; it takes the headers module
// for granted, because without it the site would work unprotected and silently so.
func htaccess() string {
	var b strings.Builder
	b.WriteString(written)
	for _, line := range always {
		fmt.Fprintf(&b, "Header always set %s %s\n", line.Name, quoted(line.Value))
	}
	fmt.Fprintf(&b, "Header set Cache-Control %s\n<FilesMatch %s>\n  Header set Cache-Control %s\n</FilesMatch>\n", quoted(cacheCheck), quoted(hashedPattern), quoted(cacheForever))
	b.WriteString("AddDefaultCharset Off\n")
	for _, extension := range slices.Sorted(maps.Keys(types)) {
		// A copy has its file's type: the coding is no part of it.
		fmt.Fprintf(&b, "<FilesMatch %s>\n  ForceType %s\n</FilesMatch>\n", quoted(`\`+extension+`(\.br|\.gz)?$`), quoted(types[extension]))
	}
	b.WriteString("RewriteEngine On\n")
	for _, coding := range encodings {
		fmt.Fprintf(&b, "RewriteCond %%{HTTP:Accept-Encoding} \\b%s\\b\nRewriteCond %%{REQUEST_FILENAME}%s -f\nRewriteRule ^(.+)$ $1%s [L,E=no-gzip:1,E=no-brotli:1]\n", coding.token, coding.extension, coding.extension)
		fmt.Fprintf(&b, "<FilesMatch %s>\n  Header set Content-Encoding %s\n  Header append Vary Accept-Encoding\n</FilesMatch>\n", quoted(`\`+coding.extension+`$`), coding.token)
	}
	return b.String()
}

func quoted(s string) string { return `"` + s + `"` }

// nginx is to be included in a server block; the server's root is the site.
func nginx() string {
	var b strings.Builder
	b.WriteString(written + "# Include it in a server block whose root is the site.\nindex index.html;\ncharset off;\ntypes {\n")
	byType := map[string][]string{}
	for extension, kind := range types {
		byType[kind] = append(byType[kind], extension[1:])
	}
	for _, kind := range slices.Sorted(maps.Keys(byType)) {
		fmt.Fprintf(&b, "  %s %s;\n", quoted(kind), strings.Join(slices.Sorted(slices.Values(byType[kind])), " "))
	}
	b.WriteString("}\ngzip_static on;\ngzip_vary on;\n# brotli_static on;  # with the module ngx_brotli\n")
	block := func(location, cache string) {
		fmt.Fprintf(&b, "location %s {\n  add_header Cache-Control %s;\n", location, quoted(cache))
		for _, line := range always {
			fmt.Fprintf(&b, "  add_header %s %s always;\n", line.Name, quoted(line.Value))
		}
		b.WriteString("}\n")
	}
	block("/", cacheCheck)
	block("~ "+quoted(hashed.String()), cacheForever)
	b.WriteString("location ~ \"/(\\.|_headers$|hosting/)\" { return 404; }\n")
	return b.String()
}

// caddy is to be imported in a site block; its root is the site.
func caddy() string {
	var b strings.Builder
	b.WriteString(written + "# Import it in a site block whose root is the site.\n@private path /.* /_headers /hosting/*\nrespond @private 404\nheader {\n")
	for _, line := range always {
		fmt.Fprintf(&b, "\t%s %s\n", line.Name, quoted(line.Value))
	}
	// Caddy applies a rule without a condition last: each of the two needs one.
	fmt.Fprintf(&b, "}\n@hashed path_regexp %s\nheader @hashed Cache-Control %s\n@others not path_regexp %s\nheader @others Cache-Control %s\n",
		hashed.String(), quoted(cacheForever), hashed.String(), quoted(cacheCheck))
	for _, extension := range slices.Sorted(maps.Keys(types)) {
		fmt.Fprintf(&b, "@%s path *%s\nheader @%s Content-Type %s\n", extension[1:], extension, extension[1:], quoted(types[extension]))
	}
	b.WriteString("file_server {\n\tprecompressed br gzip\n}\n")
	return b.String()
}
