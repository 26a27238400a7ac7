#!/bin/sh
# The main job, on the embedded database: run an example's tests and benchmarks, then ask SQL about every sample.
# Every line behind `$` can be pasted into a shell.
# usage: sh examples/try.sh DIRECTORY_OF_BH
set -eu
bin=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
# A try leaves nothing outside this folder; without BH_DB the database is the user's own.
: "${BH_DB:=$PWD/.cache/try/bench.db}"
export BH_DB
cd examples/mergesort

quoted() {
  case $1 in
    *[!a-zA-Z0-9_./:=-]*) printf '"'; printf '%s' "$1" | sed 's/[\\"$`]/\\&/g'; printf '"' ;;
    *) printf '%s' "$1" ;;
  esac
}

say() {
  printf '\n$ bh'
  for word in "$@"; do
    printf ' %s' "$(quoted "$word")"
  done
  printf '\n'
  "$bin/bh" "$@"
}

printf '$ cd %s\n' "$(quoted "$PWD")"
printf '$ export BH_DB=%s PATH="$PATH":%s VIRTUAL_ENV=%s\n' "$(quoted "$BH_DB")" "$(quoted "$bin")" "$(quoted "${bin%/*}")"
# A machine's own Go comes first; the one that the development environment brings is there for machines without.
PATH="$PATH:$bin"
# Its Python has pytest and pytest-benchmark.
export VIRTUAL_ENV="${bin%/*}"

say list
# Ten processes would say more about the spread, and a second for each benchmark is Go's default: this is a try.
say run go --runs 3 -- -benchtime 50ms
say run python
say runs
say sql "SELECT params ->> 'alg' AS alg, params ->> 'size' AS size, framework, unit, count(*) AS runs, min(value), max(value)
  FROM results WHERE benchmark IN ('BenchmarkSort', 'test_sort') AND metric = 'time' AND unit = 's'
  GROUP BY series_id ORDER BY alg, size, framework"
say sql "SELECT benchmark, param_text, run_id, i, value, iterations
  FROM samples WHERE metric = 'time' AND unit = 's' AND benchmark = 'BenchmarkOrder' ORDER BY series_id, run_id, i"
printf '\nAsk on:  BH_DB=%s %s sql "SELECT * FROM results"\n' "$(quoted "$BH_DB")" "$(quoted "$bin/bh")"
