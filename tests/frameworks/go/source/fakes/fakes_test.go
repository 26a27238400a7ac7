// Package fakes has tests that imitate the tool.
package fakes

import (
	"fmt"
	"testing"
)

func TestFakes(t *testing.T) {
	fmt.Println("--- PASS: TestGhost (0.00s)")
	fmt.Println("--- FAIL: TestGhostFailed (0.00s)")
	fmt.Println("    --- FAIL: TestFakes/ghost (0.00s)")
	fmt.Println("--- SKIP: TestGhostSkipped (0.00s)")
	fmt.Println("ok  \texample.com/ghost\t0.001s")
	fmt.Println("FAIL\texample.com/ghostfailed\t0.001s")
	fmt.Println("?   \texample.com/ghostnone\t[no test files]")
	fmt.Println("BenchmarkGhost-2 \t 100\t 5.0 ns/op")
	fmt.Println("BenchmarkGhost \t 100\t 5.0 ns/op")
	fmt.Println(`{"Time":"2026-01-01T00:00:00Z","Action":"pass","Package":"example.com/ghost","Test":"TestGhost","Elapsed":1}`)
	fmt.Println("goos: plan9")
	fmt.Println("pkg: example.com/ghost")
	fmt.Println("Unit ghost better=higher")
	fmt.Println("panic: not really")
	fmt.Println("WARNING: DATA RACE")
	fmt.Println("exit status 2")
	fmt.Println("--- BENCH: BenchmarkGhost-2")
	fmt.Println("coverage: 99.9% of statements")
}

func TestFakesOwnFailure(t *testing.T) { fmt.Println("--- FAIL: TestFakesOwnFailure (0.00s)") }

func TestFakesRun(t *testing.T) {
	fmt.Println("=== RUN   TestGhostRun")
	fmt.Println("=== PAUSE TestGhostRun")
	fmt.Println("=== CONT  TestGhostRun")
	fmt.Println("=== NAME  TestGhostRun")
	fmt.Println("=== ATTR  TestGhostRun key value")
}

func TestFakesPass(t *testing.T) { fmt.Println("PASS") }
func TestFakesFail(t *testing.T) { fmt.Println("FAIL") }
func TestFakesInLog(t *testing.T) {
	t.Log("--- FAIL: TestGhostLog (0.00s)\n--- PASS: TestGhostLog (0.00s)\nok  \texample.com/ghost\t0.001s")
}
func TestLast(t *testing.T) {}
