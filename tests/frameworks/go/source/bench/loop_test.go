//go:build go1.24

package bench

import "testing"

func BenchmarkLoop(b *testing.B) {
	for b.Loop() {
		spin(10)
	}
}
func BenchmarkLoopSub(b *testing.B) {
	b.Run("kind=loop", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			spin(10)
		}
		b.ReportMetric(7, "rows/op")
	})
}
