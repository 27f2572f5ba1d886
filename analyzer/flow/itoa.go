package flow

import "strconv"

func itoa(port uint16) string { return strconv.Itoa(int(port)) }
