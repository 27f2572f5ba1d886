//go:build js

package main

import "wirewhy/analyzer/session"

func newAnalyst() analyst { return session.New() }
