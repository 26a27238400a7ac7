# Starts a program apart, so that what it uses is told from what its starter uses:  sh part.sh PROGRAM ARG…
#
#   BENCHHUB_PARTS    folder for notes: PID.folder says where it was started, PID.times what it used
#   BENCHHUB_GROUPS   control groups to make one in for it, one a line; empty where that is not possible
#   BENCHHUB_MEASURE  `instructions`: it runs in callgrind, whose notes are PID.callgrind
#
# In a group of its own it takes this shell's place.  Else the shell waits for it, asks `times`, and ends as it ended.
parts=$BENCHHUB_PARTS groups=$BENCHHUB_GROUPS measure=$BENCHHUB_MEASURE
unset BENCHHUB_PARTS BENCHHUB_GROUPS BENCHHUB_MEASURE
case $1 in
  */*) [ -e "$1" ] || { echo "bh: fork/exec $1: no such file or directory"; exit 127; } ;;
esac
pwd -P > "$parts/$$.folder"
if [ "$measure" = instructions ]; then
  set -- valgrind --tool=callgrind --trace-children=yes --callgrind-out-file=/dev/null \
    --log-file="$parts/%p.callgrind" "$@"
fi
if [ -n "$groups" ]; then
  is_apart=yes
  IFS='
'
  for group in $groups; do
    mkdir "$group/part-$$" && echo 0 > "$group/part-$$/cgroup.procs" || is_apart=
  done 2> /dev/null
  unset IFS
  [ -z "$is_apart" ] || exec "$@"
fi
"$@"
code=$?
times > "$parts/$$.times"
[ "$code" -le 128 ] || kill -s "$((code - 128))" "$$"
exit "$code"
