// Package metrics reports odd metrics.
package metrics

import (
	"math"
	"os"
	"testing"
	"time"
)

func report(b *testing.B, value float64, unit string) {
	for i := 0; i < b.N; i++ {
	}
	b.ReportMetric(value, unit)
}

func BenchmarkNaN(b *testing.B)      { report(b, math.NaN(), "odd") }
func BenchmarkInf(b *testing.B)      { report(b, math.Inf(1), "odd") }
func BenchmarkMinusInf(b *testing.B) { report(b, math.Inf(-1), "odd") }
func BenchmarkNaNTime(b *testing.B)  { report(b, math.NaN(), "ns/op") }
func BenchmarkNegative(b *testing.B) { report(b, -12.5, "odd") }
func BenchmarkHuge(b *testing.B)     { report(b, 1e300, "odd") }
func BenchmarkTiny(b *testing.B)     { report(b, 1e-300, "odd") }
func BenchmarkZero(b *testing.B)     { report(b, 0, "odd") }
func BenchmarkBig(b *testing.B)      { report(b, 9007199254740993, "odd") }
func BenchmarkNoTime(b *testing.B) {
	report(b, 0, "ns/op")
	b.ReportMetric(3, "rows/op")
}
func BenchmarkOnlyNoTime(b *testing.B) { report(b, 0, "ns/op") }
func BenchmarkOwnTime(b *testing.B)    { report(b, 1234.5678, "ns/op") }
func BenchmarkOwnAllocs(b *testing.B)  { report(b, 42, "allocs/op"); b.ReportMetric(1.5, "B/op") }
func BenchmarkOwnMB(b *testing.B)      { report(b, 12, "MB/s") }
func BenchmarkUnicode(b *testing.B)    { report(b, 1, "µops/日本") }
func BenchmarkPercent(b *testing.B)    { report(b, 12.5, "%") }
func BenchmarkPlaces(b *testing.B)     { report(b, 17, "p99-ns"); b.ReportMetric(3, "p50-ns/op") }
func BenchmarkRate(b *testing.B)       { report(b, 1e6, "rows/s"); b.ReportMetric(1e3, "rows/sec") }
func BenchmarkSlashes(b *testing.B)    { report(b, 1, "a/b/c"); b.ReportMetric(2, "a*ns/b") }
func BenchmarkColon(b *testing.B)      { report(b, 1, "a:b") }
func BenchmarkNumberUnit(b *testing.B) { report(b, 1, "7") }
func BenchmarkMB(b *testing.B)         { report(b, 2, "MB"); b.ReportMetric(3, "MB/row") }
func BenchmarkManyMetrics(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(1000)
	for i := 0; i < b.N; i++ {
	}
	for _, unit := range []string{"zeta", "Alpha", "alpha", "ns/row", "B/row", "ops/s"} {
		b.ReportMetric(float64(len(unit)), unit)
	}
}
func BenchmarkSometimes(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
	if b.N > 1 {
		b.ReportMetric(float64(b.N), "odd")
	}
}
func BenchmarkSetBytesOnly(b *testing.B) {
	b.SetBytes(1 << 20)
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Microsecond)
	}
}
func BenchmarkStopped(b *testing.B) {
	b.StopTimer()
	for i := 0; i < b.N; i++ {
	}
}
func BenchmarkNoLoop(b *testing.B)  {}
func BenchmarkElapsed(b *testing.B) { time.Sleep(time.Millisecond) }
func BenchmarkSpaceUnit(b *testing.B) {
	if os.Getenv("END") != "space" {
		b.Skip("panics")
	}
	report(b, 1, "two words")
}
