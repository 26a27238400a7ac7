"""A tiny process that outlives us by a moment: if we are killed with -9, it ends what we had started.

``prctl(PR_SET_PDEATHSIG)`` would need code between fork and exec, or a second program in every measured chain. The
guard is one sleeping ``/bin/sh`` per ``bh``: it reads from a pipe which groups live; the end of the pipe is our end.
"""

import os
import threading

SHELL_PATH = "/bin/sh"
SCRIPT = """\
cd /
while read -r line; do groups=$line; done
for group in $groups; do
  case $group in
    /*) echo 1 > "$group/cgroup.kill" ;;
    *) kill -s KILL -- "-$group" ;;
  esac
done
"""


class Guard:
    """Knows the process groups that must not outlive this process; safe to use from many threads.

    Beside a process group it may know the control group of the same program: who left the one is still in the other.
    """

    def __init__(self) -> None:
        self._groups: dict[int, str] = {}
        self._lock = threading.Lock()
        self._fd: int | None = None

    def be_there(self) -> None:
        """Start the guard if there is none: before a program, since the time until ``watch`` is unguarded."""
        with self._lock:
            if self._fd is None:
                self._fd = _start()

    def watch(self, group: int, folder: str | None = None) -> None:
        """End ``group`` if this process dies; ``be_there`` comes first.

        Args:
            group: Of processes.
            folder: Of its control group.
        """
        with self._lock:
            # Words end at white space, which the guard could not tell from that in a name.
            self._groups[group] = folder if folder and not set(folder) & set(" \t\n*?[") else ""
            self._tell()

    def forget(self, group: int) -> None:
        """Let ``group`` be."""
        with self._lock:
            self._groups.pop(group, None)
            self._tell()

    def _tell(self) -> None:
        words = [word for group, folder in sorted(self._groups.items()) for word in (str(group), folder) if word]
        line = " ".join(words) + "\n"
        try:
            os.write(self._fd, line.encode())  # type: ignore[arg-type]  # be_there() came first
        except OSError:
            return  # The guard is gone or never was: a run is worth more than its guard.


def _start() -> int:
    """Start the guard and return the descriptor that it listens to; one that leads nowhere when it cannot start."""
    heard, told = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, heard, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        # A group of its own, so that neither Ctrl-C nor a kill of our group ends the guard with us.
        os.posix_spawn(SHELL_PATH, [SHELL_PATH, "-c", SCRIPT], {}, file_actions=actions, setpgroup=0)
    except OSError:
        pass
    finally:
        os.close(heard)
    return told


GUARD = Guard()
