package user

import "testing"

func TestUser(t *testing.T) {}
