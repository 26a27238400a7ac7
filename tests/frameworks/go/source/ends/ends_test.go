// Package ends dies in the way that END says.
package ends

import (
	"errors"
	"fmt"
	"log"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"
)

var end = os.Getenv("END")

func init() {
	if end == "init" {
		panic("in init")
	}
}

func TestMain(m *testing.M) {
	switch end {
	case "main-panic":
		panic("in TestMain")
	case "main-exit0":
		os.Exit(0)
	case "main-exit3":
		os.Exit(3)
	case "main-no-run":
		return
	case "main-fails-after":
		m.Run()
		fmt.Println("teardown failed")
		os.Exit(3)
	case "main-after":
		m.Run()
		time.Sleep(time.Second)
	case "main-fatal":
		log.Fatal("cannot set up")
	}
	os.Exit(m.Run())
}

func TestBefore(t *testing.T) { t.Log("before") }

type thing struct{ next *thing }

func overflow(n int) int { return overflow(n+1) + 1 }

func TestEnd(t *testing.T) {
	t.Log("about to end")
	switch end {
	case "panic":
		panic("boom\nsecond line of boom")
	case "panic-error":
		panic(errors.New("an error value"))
	case "panic-deferred":
		defer func() { panic("second panic") }()
		panic("first panic")
	case "nil":
		var t *thing
		t = t.next
	case "sub-panic":
		t.Run("fine", func(t *testing.T) {})
		t.Run("sub", func(t *testing.T) { t.Run("subsub", func(t *testing.T) { panic("in a sub-test") }) })
	case "goroutine":
		go func() { panic("in a goroutine") }()
		time.Sleep(time.Second)
	case "cleanup":
		t.Cleanup(func() { panic("in cleanup") })
	case "after":
		go func() { time.Sleep(20 * time.Millisecond); t.Log("too late") }()
	case "main-after":
		go func() { time.Sleep(300 * time.Millisecond); t.Log("much too late") }()
	case "exit0":
		os.Exit(0)
	case "exit3":
		os.Exit(3)
	case "sub-exit3":
		t.Run("sub", func(t *testing.T) { os.Exit(3) })
	case "print-exit":
		fmt.Print("last words without newline")
		os.Exit(3)
	case "log-fatal":
		log.Fatal("fatal from log")
	case "goexit-goroutine":
		done := make(chan int)
		go func() { defer close(done); t.FailNow() }()
		<-done
	case "map":
		m := map[int]int{}
		for i := 0; i < 8; i++ {
			go func() {
				for j := 0; ; j++ {
					m[j%7] = j
				}
			}()
		}
		time.Sleep(3 * time.Second)
	case "deadlock":
		<-make(chan int)
	case "overflow":
		overflow(0)
	case "oom":
		x := make([]byte, 1<<46)
		fmt.Println(x[0])
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Second)
	case "segv":
		syscall.Kill(os.Getpid(), syscall.SIGSEGV)
		time.Sleep(time.Second)
	case "term":
		syscall.Kill(os.Getpid(), syscall.SIGTERM)
		time.Sleep(time.Second)
	case "quit":
		syscall.Kill(os.Getpid(), syscall.SIGQUIT)
		time.Sleep(time.Second)
	case "sleep":
		time.Sleep(time.Hour)
	case "sub-sleep":
		t.Run("fine", func(t *testing.T) {})
		t.Run("slow", func(t *testing.T) { t.Log("slow"); time.Sleep(time.Hour) })
	case "close":
		os.Stdout.Close()
	case "goexit":
		runtime.Goexit()
	case "goexit-parallel":
		t.Parallel()
		runtime.Goexit()
	}
}

func TestParallelEnd(t *testing.T) {
	if end != "parallel-sleep" && end != "parallel-panic" {
		t.Skip("not parallel")
	}
	for _, name := range []string{"one", "two", "quick"} {
		name := name
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Log(name, "runs")
			if name == "quick" {
				return
			}
			time.Sleep(50 * time.Millisecond)
			if end == "parallel-panic" && name == "two" {
				panic("in parallel")
			}
			time.Sleep(time.Hour)
		})
	}
}

func TestNever(t *testing.T) { time.Sleep(40 * time.Millisecond) }
