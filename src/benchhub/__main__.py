"""`python -m benchhub` is `bh`."""

import sys

from benchhub.cli.entry import main

sys.exit(main())
