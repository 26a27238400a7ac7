// Package bench has benchmarks that behave.
package bench

import (
	"fmt"
	"sort"
	"testing"
)

var sink int

func spin(n int) {
	for i := 0; i < n; i++ {
		sink += i ^ sink
	}
}

func BenchmarkSort(b *testing.B) {
	for _, size := range []int{16, 256} {
		for _, alg := range []string{"quick", "stable-2"} {
			b.Run(fmt.Sprintf("size=%d/alg=%s", size, alg), func(b *testing.B) {
				data := make([]int, size)
				b.ReportAllocs()
				for i := 0; i < b.N; i++ {
					for j := range data {
						data[j] = -j
					}
					sort.Ints(data)
				}
			})
		}
	}
}

func BenchmarkCRC(b *testing.B) {
	for _, size := range []int{15, 4096} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for i := 0; i < b.N; i++ {
				spin(size)
			}
		})
	}
}

func BenchmarkMixed(b *testing.B) {
	b.Run("plain/k=v/tail", func(b *testing.B) { loop(b) })
	b.Run("path=/usr/bin", func(b *testing.B) { loop(b) })
	b.Run("same=1/same=2", func(b *testing.B) { loop(b) })
	b.Run("GOMAXPROCS=4", func(b *testing.B) { loop(b) })
	b.Run("dup", func(b *testing.B) { loop(b) })
	b.Run("dup", func(b *testing.B) { loop(b) })
	b.Run("k=1", func(b *testing.B) { loop(b) })
	b.Run("k=1", func(b *testing.B) { loop(b) })
	b.Run("", func(b *testing.B) { loop(b) })
	b.Run("with space=1", func(b *testing.B) { loop(b) })
	b.Run("n-2", func(b *testing.B) { loop(b) })
	b.Run("n-4", func(b *testing.B) { loop(b) })
	b.Run("-", func(b *testing.B) { loop(b) })
	b.Run("x-", func(b *testing.B) { loop(b) })
	b.Run("neg=-1", func(b *testing.B) { loop(b) })
	b.Run("url=http:", func(b *testing.B) { loop(b) })
}

func loop(b *testing.B) {
	for i := 0; i < b.N; i++ {
		spin(10)
	}
}

func BenchmarkParallel(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_ = fmt.Sprint(1)
		}
	})
}

func BenchmarkThatHasAVeryLongNameSoThatTheColumnsOfTheOthersAreWide(b *testing.B) { loop(b) }

func TestBesideBenchmarks(t *testing.T) { t.Log("a test beside them") }
