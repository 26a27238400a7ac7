// Package fuzz has fuzz tests.
package fuzz

import (
	"bytes"
	"testing"
)

func FuzzFine(f *testing.F) {
	f.Add([]byte("seed"))
	f.Add([]byte("other"))
	f.Fuzz(func(t *testing.T, data []byte) {})
}
func FuzzSeedFails(f *testing.F) {
	f.Add("good")
	f.Add("bad")
	f.Fuzz(func(t *testing.T, s string) {
		if s == "bad" {
			t.Error("a seed fails")
		}
	})
}
func FuzzFinds(f *testing.F) {
	f.Add([]byte("ab"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.IndexByte(data, 0xff) >= 0 || len(data) > 3 {
			t.Fatalf("found %q", data)
		}
	})
}
func FuzzPanics(f *testing.F) {
	f.Add(1)
	f.Fuzz(func(t *testing.T, n int) {
		if n != 1 {
			var p *int
			*p = n
		}
	})
}
func FuzzSkips(f *testing.F) { f.Skip("not now") }
func FuzzNamedCorpus(f *testing.F) {
	f.Fuzz(func(t *testing.T, s string) {
		if s == "corpus" {
			t.Skip("from the corpus")
		}
	})
}
