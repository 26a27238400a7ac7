package mergesort

import (
	"fmt"
	"reflect"
	"sort"
	"testing"
	"time"
)

var algorithms = []struct {
	name string
	sort func([]int)
}{
	{"topdown", TopDown},
	{"bottomup", BottomUp},
	{"hybrid", Hybrid},
}

// orders make inputs; the same size always gives the same input, so that runs can be compared.
var orders = []struct {
	name string
	fill func(size int) []int
}{
	{"random", random},
	{"sorted", func(size int) []int { return sorted(random(size)) }},
	{"reversed", func(size int) []int { return reversed(sorted(random(size))) }},
	{"equal", func(size int) []int { return make([]int, size) }},
}

func TestSort(t *testing.T) {
	for _, algorithm := range algorithms {
		for _, order := range orders {
			t.Run(algorithm.name+"/"+order.name, func(t *testing.T) {
				for _, size := range []int{0, 1, 2, 3, Cutoff, Cutoff + 1, 100, 1023, 1024, 1025} {
					got := order.fill(size)
					want := sorted(append([]int{}, got...))
					algorithm.sort(got)
					if !reflect.DeepEqual(got, want) {
						t.Errorf("%d values are not sorted: %v", size, got)
					}
				}
			})
		}
	}
}

func TestEqualValuesKeepTheirOrder(t *testing.T) {
	t.Skip("integers that are equal cannot be told apart; waits for a version over any type")
}

func BenchmarkSort(b *testing.B) {
	for _, algorithm := range algorithms {
		for _, size := range []int{100, 10_000} {
			b.Run(fmt.Sprintf("alg=%s/size=%d", algorithm.name, size), func(b *testing.B) {
				benchmark(b, algorithm.sort, random(size))
			})
		}
	}
}

func BenchmarkOrder(b *testing.B) {
	for _, order := range orders {
		b.Run("order="+order.name, func(b *testing.B) {
			benchmark(b, Hybrid, order.fill(1000))
		})
	}
}

// benchmark sorts copies of input; time per value lets sizes be compared, which time per sort does not.
func benchmark(b *testing.B, sort func([]int), input []int) {
	values := make([]int, len(input))
	b.SetBytes(int64(8 * len(input)))
	b.ReportAllocs()
	b.ResetTimer()
	start := time.Now()
	for i := 0; i < b.N; i++ {
		copy(values, input)
		sort(values)
	}
	b.ReportMetric(float64(time.Since(start).Nanoseconds())/float64(b.N*len(input)), "ns/value")
}

// random is a linear congruential generator's, so that every language has the same input.
func random(size int) []int {
	values := make([]int, size)
	for i := range values {
		values[i] = i
	}
	state := uint32(1)
	for i := size - 1; i > 0; i-- {
		state = state*1664525 + 1013904223
		j := int(state>>8) % (i + 1)
		values[i], values[j] = values[j], values[i]
	}
	return values
}

func sorted(values []int) []int {
	sort.Ints(values)
	return values
}

func reversed(values []int) []int {
	for i, j := 0, len(values)-1; i < j; i, j = i+1, j-1 {
		values[i], values[j] = values[j], values[i]
	}
	return values
}
