// Package config prints configuration lines from TestMain.
package config

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	fmt.Println("commit: 0123abc")
	fmt.Println("build-flags: -O2: yes")
	fmt.Println("empty:")
	fmt.Println("Upper: no key")
	fmt.Println("two words: no key")
	fmt.Println("https://example.com")
	fmt.Println("Unit rows/s better=higher assume=exact")
	fmt.Println("Unit misses/op better=lower")
	fmt.Println("Unit score better=higher")
	fmt.Println("Unit ns/op assume=exact")
	code := m.Run()
	fmt.Println("after: the benchmarks")
	os.Exit(code)
}

func BenchmarkConfigured(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
	b.ReportMetric(5, "rows/s")
	b.ReportMetric(6, "misses/op")
	b.ReportMetric(7, "score")
	b.ReportMetric(8, "nobody-said")
}

func TestConfigured(t *testing.T) {}
