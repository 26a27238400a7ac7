// Package outcomes ends its tests in every orderly way.
package outcomes

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestPass(t *testing.T)     {}
func TestPassLogs(t *testing.T) { t.Log("one line") }
func TestFail(t *testing.T)     { t.Fail() }
func TestFailNow(t *testing.T)  { t.FailNow() }
func TestErrorTwice(t *testing.T) {
	t.Error("first")
	t.Error("second")
}
func TestFatal(t *testing.T)   { t.Fatal("fatal") }
func TestSkip(t *testing.T)    { t.Skip("not today") }
func TestSkipNow(t *testing.T) { t.SkipNow() }
func TestErrorThenSkip(t *testing.T) {
	t.Error("an error first")
	t.Skip("and then a skip")
}
func TestMultiline(t *testing.T) {
	t.Log("first\nsecond\n\n    indented\n--- FAIL: TestGhost (0.00s)\n=== RUN   TestGhost\nPASS")
	fmt.Print("no newline at the end")
}
func TestAfterNoNewline(t *testing.T) {}
func TestPrints(t *testing.T) {
	fmt.Println("to stdout")
	fmt.Fprintln(os.Stderr, "to stderr")
	fmt.Print("partial")
	t.Error("glued to partial")
}
func TestCleanupFails(t *testing.T) {
	t.Cleanup(func() { t.Error("cleanup failed") })
}
func TestCleanupOfSubFails(t *testing.T) {
	t.Run("sub", func(t *testing.T) { t.Cleanup(func() { t.Fatal("cleanup of sub failed") }) })
	t.Log("parent goes on")
}
func TestSubs(t *testing.T) {
	t.Run("pass", func(t *testing.T) {})
	t.Run("skip", func(t *testing.T) { t.Skip("sub") })
	t.Run("fail", func(t *testing.T) { t.Fatal("sub") })
	t.Run("after", func(t *testing.T) { t.Log("after a failure") })
}
func TestAllSubsSkip(t *testing.T) {
	t.Run("one", func(t *testing.T) { t.Skip() })
	t.Run("two", func(t *testing.T) { t.Skip() })
}
func TestShort(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
}
func TestTempDir(t *testing.T) {
	t.Setenv("ODD", "1")
	if !strings.Contains(t.TempDir(), "TestTempDir") {
		t.Fail()
	}
}
func TestOddBytes(t *testing.T) {
	fmt.Print("nul \x00 esc \x1b[31mred\x1b[0m bad \xff\xfe cr\r\nform \f marks \x16 \x0e \x0f end\n")
	t.Log("nul \x00 esc \x1b[31mred\x1b[0m bad \xff\xfe cr\r\nform \f marks \x16 \x0e \x0f end")
	fmt.Print("line\u2028separator \u0085 next \v vertical \x1c \x1d \x1e\n")
	t.Fail()
}
func TestLongLine(t *testing.T) {
	fmt.Println(strings.Repeat("x", 4_500))
	fmt.Println(strings.Repeat("é", 1_000))
	t.Fail()
}
