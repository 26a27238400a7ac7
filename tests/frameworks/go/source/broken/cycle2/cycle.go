// Package cycle2 is in a cycle.
package cycle2

import _ "example.com/odd/broken/cycle1"
