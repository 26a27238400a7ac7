// Package names has tests and benchmarks with odd names.
package names

import (
	"strings"
	"testing"
)

var odd = []string{
	"plain", "with space", "a/b", "/lead", "trail/", "a//b", "ünï/日本", "dup", "dup", "dup", "dup#01", "", "",
	"ends-8", "ends-2", "size=10", "size=10/alg=quick", "k=", "=v", "a=b=c", "tab\tname", "new\nline", "quote\"and'",
	"back\\slash", "%d%s", "(1.00s)", "x (0.00s)", "🙂", "bad\x80utf8", "--- FAIL: TestX", "nul\x00", "esc\x1b[31m",
	"{\"Action\":\"pass\"}", strings.Repeat("long", 40),
}

func TestNames(t *testing.T) {
	for _, name := range odd {
		t.Run(name, func(t *testing.T) {})
	}
}

func TestFailingNames(t *testing.T) {
	for _, name := range odd[4:17] {
		t.Run(name, func(t *testing.T) { t.Errorf("in %q", name) })
	}
}

func TestDeep(t *testing.T) {
	t.Run("a", func(t *testing.T) {
		t.Run("b", func(t *testing.T) {
			t.Run("c", func(t *testing.T) {
				t.Run("d", func(t *testing.T) { t.Log("far below") })
				t.Run("e", func(t *testing.T) { t.Error("failed far below") })
				t.Run("f", func(t *testing.T) { t.Skip("skipped far below") })
			})
		})
	})
}

func Test日本(t *testing.T)     {}
func Test_under(t *testing.T) {}
func Test(t *testing.T)       {}
func Test1(t *testing.T)      {}

func BenchmarkNames(b *testing.B) {
	for _, name := range odd {
		b.Run(name, func(b *testing.B) {
			for i := 0; i < b.N; i++ {
			}
		})
	}
}
func Benchmark(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}
func Benchmark日本(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}
