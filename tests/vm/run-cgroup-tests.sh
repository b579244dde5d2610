#!/bin/bash
# Runs module linux's cgroup tests under the versions of cgroups that this host does not have, in machines of their own
# (vm.sh): those tagged cgroup-v2 under v2, those tagged cgroup-v1 under v1 alone and under v1 with v2 beside it. Then the
# whole engine under v2 (engine.sh), on a kernel that is older than most and has no nftables. Kernels since 6.11 may be
# built without version 1's memory controller (CONFIG_MEMCG_V1): what is tagged memory is left out there, and said so.
#
#   run-cgroup-tests.sh [v2] [v1] [hybrid] [engine]      default: v2 v1 engine
#
# Needs user-mode-linux, a JDK 25 in JAVA_HOME, the module's test classes, which it has Maven compile (offline), and the
# built tree in build/dist for the engine.
set -eu
here=$(cd "$(dirname "$(realpath "$0")")" && pwd)
root=$(realpath "$here/../..")
: "${JAVA_HOME:?run-cgroup-tests.sh: set JAVA_HOME to a JDK 25}"
[ $# -gt 0 ] || set -- v2 v1 engine

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# shellcheck disable=SC2016 # run in the machine
without_memory='
  newer() { [ "$(printf "%s\n" 6.11 "$(uname -r)" | sort -V | head -n 1)" = 6.11 ]; }
  if ! [ -e /sys/fs/cgroup/memory ] && ! [ -e /sys/fs/cgroup/cgroup.controllers ] && newer; then
    echo "  left out: what is tagged memory, for Linux $(uname -r) has no memory controller of version 1"
    set -- "$@" memory
  fi
  exec "$@"'

classes() {
  [ ! -e "$work/libraries" ] || return 0
  (cd "$root" && mvn -B -q -o -Dfast -pl linux test-compile dependency:build-classpath "-Dmdep.outputFile=$work/libraries") \
    > "$work/maven.log" 2>&1 || { cat "$work/maven.log" >&2; exit 1; }
  "$JAVA_HOME/bin/javac" -cp "$(cat "$work/libraries")" -d "$work/runner" "$here/RunTagged.java"
}

# The machine's own kernel may panic: user-mode Linux 6.12 reads a bad address (exit_mmap below copy_process) when a fork
# is killed half-way, as one test does it all the time. That says nothing of what is tested: the run is made again, twice
# at most, and said so.
in_machine() {
  local turn result
  for turn in 1 2 3; do
    result=0
    "$here/vm.sh" "$@" 2> "$work/words" || result=$?
    cat "$work/words" >&2
    [ "$result" = 125 ] && grep -q "^Kernel panic" "$work/words" && [ "$turn" -lt 3 ] || return "$result"
    echo "  the machine's own kernel failed: once more"
  done
}

tagged() {
  classes
  # The machine's processor is slow with system calls, and short runs gain nothing from the optimising compiler.
  in_machine -c "$1" -m 2G -t 300 -- /bin/bash -c "$without_memory" - \
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m \
    --enable-native-access=ALL-UNNAMED \
    -cp "$work/runner:$root/linux/target/fast/classes:$root/linux/target/fast/test-classes:$(cat "$work/libraries")" \
    RunTagged sampan.linux.cgroups "$2"
}

engine() {
  [ -x "$root/build/dist/bin/sampand" ] || { echo "run-cgroup-tests.sh: no build/dist: ./dev build makes it" >&2; return 1; }
  in_machine -c v2 -m 2G -t 300 -- "$here/engine.sh" "$root/build/dist"
}

status=0
for what in "$@"; do
  echo "cgroups $what:"
  case $what in
    v2) tagged v2 cgroup-v2 || status=1 ;;
    v1 | hybrid) tagged "$what" cgroup-v1 || status=1 ;;
    engine) engine || status=1 ;;
    *) sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
  esac
done
exit $status
