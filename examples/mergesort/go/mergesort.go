// Package mergesort sorts integers by merging, in three ways that trade memory against calls.
package mergesort

// Cutoff is the length up to which insertion is faster than another level of merging.
const Cutoff = 24

// TopDown sorts by halving: simple, and it allocates at every level.
func TopDown(values []int) {
	if len(values) < 2 {
		return
	}
	middle := len(values) / 2
	left := append([]int(nil), values[:middle]...)
	right := append([]int(nil), values[middle:]...)
	TopDown(left)
	TopDown(right)
	merge(values, left, right)
}

// BottomUp sorts by doubling: runs of 1, 2, 4, … are merged to and fro between the slice and one buffer.
func BottomUp(values []int) {
	from, to := values, make([]int, len(values))
	isSwapped := false
	for width := 1; width < len(values); width *= 2 {
		for low := 0; low < len(values); low += 2 * width {
			middle, high := min(low+width, len(values)), min(low+2*width, len(values))
			merge(to[low:high], from[low:middle], from[middle:high])
		}
		from, to = to, from
		isSwapped = !isSwapped
	}
	if isSwapped {
		copy(values, from)
	}
}

// Hybrid sorts by halving with one buffer, and inserts where little is left to halve.
func Hybrid(values []int) {
	hybrid(values, make([]int, len(values)))
}

func hybrid(values, buffer []int) {
	if len(values) <= Cutoff {
		insert(values)
		return
	}
	middle := len(values) / 2
	hybrid(values[:middle], buffer[:middle])
	hybrid(values[middle:], buffer[middle:])
	if values[middle-1] <= values[middle] {
		return // Both halves are in order already.
	}
	copy(buffer, values)
	merge(values, buffer[:middle], buffer[middle:])
}

// merge fills to, whose length is that of both others together, with the values of two sorted slices.
// Of equal values those of left come first.
func merge(to, left, right []int) {
	for i := range to {
		if len(right) == 0 || len(left) > 0 && left[0] <= right[0] {
			to[i], left = left[0], left[1:]
		} else {
			to[i], right = right[0], right[1:]
		}
	}
}

func insert(values []int) {
	for i := 1; i < len(values); i++ {
		for j := i; j > 0 && values[j] < values[j-1]; j-- {
			values[j], values[j-1] = values[j-1], values[j]
		}
	}
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}
