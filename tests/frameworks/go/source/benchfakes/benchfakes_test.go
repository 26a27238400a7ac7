// Package benchfakes has benchmarks that imitate results.
package benchfakes

import (
	"fmt"
	"testing"
)

func loop(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}

func BenchmarkReal(b *testing.B) { loop(b) }
func BenchmarkOthers(b *testing.B) {
	if b.N == 1 {
		fmt.Println("BenchmarkGhost-2 \t     100\t         5.000 ns/op")
		fmt.Println("BenchmarkGhost \t     100\t         5.000 ns/op")
		fmt.Println("BenchmarkReal/ghost=1-2 \t     100\t         5.000 ns/op")
		fmt.Println("BenchmarkReal-2 \t     100\t         5.000 ns/op\t       0 B/op\t       0 allocs/op")
	}
	loop(b)
}
func BenchmarkOwnSub(b *testing.B) {
	if b.N == 1 {
		fmt.Println("BenchmarkOwnSub/size=1-2 \t     100\t         5.000 ns/op")
	}
	loop(b)
}
func BenchmarkGlued(b *testing.B) {
	if b.N == 1 {
		fmt.Print("text BenchmarkGhost-2 \t 100\t 5.0 ns/op ")
	}
	loop(b)
}
func BenchmarkOutcomes(b *testing.B) {
	if b.N == 1 {
		fmt.Println("--- FAIL: BenchmarkOutcomes")
		fmt.Println("--- BENCH: BenchmarkOutcomes-2")
		fmt.Println("PASS")
		fmt.Println("ok  \texample.com/ghost\t0.001s")
		fmt.Println("=== RUN   BenchmarkGhostRun")
		fmt.Println("BenchmarkGhostRun-2 \t     100\t         5.000 ns/op")
	}
	loop(b)
}
func BenchmarkMalformed(b *testing.B) {
	if b.N == 1 {
		fmt.Println("BenchmarkMalformed-2")
		fmt.Println("BenchmarkMalformed-2 \t 100")
		fmt.Println("BenchmarkMalformed-2 \t many\t 5.0 ns/op")
		fmt.Println("BenchmarkMalformed-2 \t 100\t five ns/op")
		fmt.Println("BenchmarkMalformed-2 \t 100\t 5.0")
		fmt.Println("BenchmarkMalformed-2 \t -100\t 5.0 ns/op")
		fmt.Println("benchmarkMalformed-2 \t 100\t 5.0 ns/op")
		fmt.Println("BenchmarkMalformed-2: 100 5.0 ns/op")
		fmt.Println("Benchmark done in 5 ns/op")
	}
	loop(b)
}
func BenchmarkConfig(b *testing.B) {
	if b.N == 1 {
		fmt.Println("ghost: from a benchmark")
		fmt.Println("pkg: example.com/ghost")
		fmt.Println("goos: plan9")
		fmt.Println("Unit ns/op better=higher")
	}
	loop(b)
}
func BenchmarkLast(b *testing.B) { loop(b) }
