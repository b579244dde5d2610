#!/bin/bash
# Runs module linux's cgroup tests under the versions of cgroups that this host does not have, in machines of their own
# (vm.sh): those tagged cgroup-v2 under v2, those tagged cgroup-v1 under v1 alone and under v1 with v2 beside it.
#
#   run-cgroup-tests.sh [v2] [v1] [hybrid]      default: v2 v1
#
# Needs user-mode-linux, a JDK 25 in JAVA_HOME, and the module's test classes, which it has Maven compile (offline).
set -eu
here=$(cd "$(dirname "$(realpath "$0")")" && pwd)
root=$(realpath "$here/../..")
: "${JAVA_HOME:?run-cgroup-tests.sh: set JAVA_HOME to a JDK 25}"
[ $# -gt 0 ] || set -- v2 v1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$root" && mvn -B -q -o -Dfast -pl linux test-compile dependency:build-classpath "-Dmdep.outputFile=$work/libraries") \
  > "$work/maven.log" 2>&1 || { cat "$work/maven.log" >&2; exit 1; }
"$JAVA_HOME/bin/javac" -cp "$(cat "$work/libraries")" -d "$work/runner" "$here/RunTagged.java"

status=0
for cgroups in "$@"; do
  case $cgroups in v2) tag=cgroup-v2 ;; *) tag=cgroup-v1 ;; esac
  echo "cgroups $cgroups:"
  # The machine's processor is slow with system calls, and short runs gain nothing from the optimising compiler.
  "$here/vm.sh" -c "$cgroups" -m 2G -t 150 -- "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m \
    --enable-native-access=ALL-UNNAMED \
    -cp "$work/runner:$root/linux/target/classes:$root/linux/target/test-classes:$(cat "$work/libraries")" \
    RunTagged sampan.linux.cgroups "$tag" || status=1
done
exit $status
