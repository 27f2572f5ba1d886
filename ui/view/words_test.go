package view

import (
	"reflect"

	"wirewhy/analyzer"
)

// allWords returns each sentence of the table.
func allWords() []analyzer.Text {
	var all []analyzer.Text
	for _, v := range []reflect.Value{reflect.ValueOf(words), reflect.ValueOf(beside)} {
		for i := range v.NumField() {
			all = append(all, analyzer.Text{En: v.Field(i).Field(0).String(), Zh: v.Field(i).Field(1).String()})
		}
	}
	return all
}
