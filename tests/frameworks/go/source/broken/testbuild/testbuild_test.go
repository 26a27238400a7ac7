package testbuild

import "testing"

func TestBuild(t *testing.T) { t.NoSuchMethod() }
