// Package user imports what does not compile.
package user

import _ "example.com/odd/broken/build"
