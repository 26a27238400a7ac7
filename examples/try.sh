#!/bin/sh
# The main job, on the embedded database: run an example's tests and benchmarks, then ask SQL about every sample.
# usage: sh examples/try.sh DIRECTORY_OF_BH
set -eu
bin=$(cd "$1" && pwd)
# A machine's own Go comes first; the one that the development environment brings is there for machines without.
PATH="$PATH:$bin"
cd "$(dirname "$0")/mergesort/go"

say() {
  printf '\n$ bh'
  for word in "$@"; do
    case $word in *[!a-zA-Z0-9_./:-]*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
  done
  printf '\n'
  "$bin/bh" "$@"
}

say list
say run --runs 3
say runs
say sql "SELECT benchmark, param_text, metric, n, value, unit FROM results WHERE run_id = (SELECT max(run_id) FROM results) ORDER BY benchmark, series_id"
say sql "SELECT benchmark, param_text, run_id, i, value FROM samples WHERE metric = 'time' ORDER BY run_id DESC, benchmark, series_id, i LIMIT 10"
printf '\nThe database is %s\n' "$("$bin/bh" db path)"
