package analyzer

import "sort"

// Sort sorts a list as slices.SortFunc does, and SortStable as
// slices.SortStableFunc. Those are compiled anew for each type of element, some
// 25 kB of the page's program for each; these share one routine.
func Sort[T any](list []T, compare func(a, b T) int) {
	sort.Slice(list, func(i, j int) bool { return compare(list[i], list[j]) < 0 })
}

// SortStable is Sort that keeps equal elements in their order.
func SortStable[T any](list []T, compare func(a, b T) int) {
	sort.SliceStable(list, func(i, j int) bool { return compare(list[i], list[j]) < 0 })
}
