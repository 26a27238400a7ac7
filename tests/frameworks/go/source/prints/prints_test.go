// Package prints has benchmarks that print, skip, fail and die.
package prints

import (
	"fmt"
	"log"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

var end = os.Getenv("END")

func loop(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}

func BenchmarkFirst(b *testing.B)     { loop(b) }
func BenchmarkNewline(b *testing.B)   { fmt.Println("a line"); loop(b) }
func BenchmarkPartial(b *testing.B)   { fmt.Print("partial "); loop(b) }
func BenchmarkAfter(b *testing.B)     { loop(b); fmt.Println("after the loop") }
func BenchmarkAfterPart(b *testing.B) { loop(b); fmt.Print("after") }
func BenchmarkStderr(b *testing.B)    { fmt.Fprintln(os.Stderr, "to stderr"); loop(b) }
func BenchmarkStderrPart(b *testing.B) {
	fmt.Fprint(os.Stderr, "errpart ")
	loop(b)
}
func BenchmarkLogs(b *testing.B)  { b.Log("logged\ntwice"); loop(b) }
func BenchmarkLogln(b *testing.B) { log.Println("by package log"); loop(b) }
func BenchmarkTwoLines(b *testing.B) {
	fmt.Print("one\n\ntwo")
	loop(b)
}
func BenchmarkLong(b *testing.B) {
	if b.N == 1 {
		fmt.Println(strings.Repeat("long ", 300))
	}
	loop(b)
}
func BenchmarkLongPart(b *testing.B) {
	if b.N == 1 {
		fmt.Print(strings.Repeat("part ", 300))
	}
	loop(b)
}
func BenchmarkOddBytes(b *testing.B) {
	fmt.Print("nul \x00 esc \x1b[31m bad \xff\xfe cr\r\nend \x1b[0m")
	loop(b)
}
func BenchmarkCRLF(b *testing.B)    { fmt.Print("windows\r\n"); loop(b) }
func BenchmarkReturn(b *testing.B)  { fmt.Print("\rprogress 10%\rprogress 100%\r"); loop(b) }
func BenchmarkNumbers(b *testing.B) { fmt.Print("100 5 ns/op "); loop(b) }
func BenchmarkTabs(b *testing.B)    { fmt.Print("\t\t"); loop(b) }
func BenchmarkSkips(b *testing.B)   { b.Skip("not here") }
func BenchmarkFails(b *testing.B)   { loop(b); b.Fail() }
func BenchmarkErrors(b *testing.B)  { loop(b); b.Error("an error") }
func BenchmarkFatals(b *testing.B)  { b.Fatal("fatal") }
func BenchmarkGoexit(b *testing.B) {
	if end == "goexit" {
		runtime.Goexit()
	}
	loop(b)
}
func BenchmarkSubs(b *testing.B) {
	b.Run("fine", func(b *testing.B) { loop(b) })
	b.Run("skips", func(b *testing.B) { b.Skip("sub") })
	b.Run("fails", func(b *testing.B) { b.Fatal("sub") })
	b.Run("n=1", func(b *testing.B) { fmt.Println("sub prints"); loop(b) })
	b.Run("later", func(b *testing.B) {
		if b.N > 1 {
			b.Fatal("fails in a later round")
		}
	})
}
func BenchmarkParentFails(b *testing.B) {
	b.Run("fine", func(b *testing.B) { loop(b) })
	b.Error("the parent fails")
}
func BenchmarkEnd(b *testing.B) {
	switch end {
	case "panic":
		panic("in a benchmark")
	case "panic-later":
		if b.N > 1 {
			panic("in a later round")
		}
	case "exit0":
		os.Exit(0)
	case "exit3":
		os.Exit(3)
	case "sub-panic":
		b.Run("k=v", func(b *testing.B) { panic("in a sub-benchmark") })
		return
	case "sleep":
		time.Sleep(time.Hour)
	case "goroutine":
		go panic("in a goroutine")
		select {}
	}
	loop(b)
}
func BenchmarkLongest(b *testing.B) {
	if end == "longest" && b.N == 1 {
		fmt.Print(strings.Repeat("x", 30_000))
	}
	loop(b)
}
func BenchmarkZLast(b *testing.B) { loop(b) }
