#!/bin/bash
# Runs a command as root in a throw-away machine with a kernel of its own (user-mode Linux, an ordinary process, no
# /dev/kvm needed), for what the host's kernel or set-up does not offer: cgroup version 2 on a host of version 1, or
# the other way round.
#
#   vm.sh [-c v2|v1|hybrid] [-m MEMORY] [-t SECONDS] [-s DIRECTORY] [-e NAME=VALUE]... [-k] -- COMMAND [ARGUMENT...]
#
#   -c  which cgroup hierarchies are mounted (default v2)      -m  memory of the machine (default 2G)
#   -t  the machine is killed after that long (default 300)    -s  a directory that is written through, at /share
#   -e  a variable for the command                             -k  the kernel's messages on stderr at the end
#
# The host's file system is the machine's root, read-only below an overlay in memory. No network but the machine's own.
# Exit status: the command's; 124 after the time limit; 125 where the machine does not start or dies.
# Needs linux.uml (Debian, Ubuntu: package user-mode-linux); SAMPAN_UML names another kernel, SAMPAN_UML_MODULES its modules.
set -eu

usage() { sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//p}' "$0" >&2; exit 2; }

cgroups=v2 memory=2G seconds=300 share= kernel_log= variables=()
while getopts c:m:t:s:e:k option; do
  case $option in
    c) cgroups=$OPTARG ;;
    m) memory=$OPTARG ;;
    t) seconds=$OPTARG ;;
    s) share=$(realpath "$OPTARG") ;;
    e) variables+=("$OPTARG") ;;
    k) kernel_log=1 ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage
case $cgroups in v2 | v1 | hybrid) ;; *) usage ;; esac

kernel=${SAMPAN_UML:-$(command -v linux.uml || true)}
[ -n "$kernel" ] || { echo "vm.sh: no linux.uml: install user-mode-linux, or name a kernel in SAMPAN_UML" >&2; exit 125; }
modules=${SAMPAN_UML_MODULES:-/usr/lib/uml/modules}
here=$(cd "$(dirname "$(realpath "$0")")" && pwd)

# The machine's memory is a file, which must be executable: not every /tmp is.
control=$(mktemp -d "${TMPDIR:-/tmp}/sampan-vm.XXXXXX")
ram=$(mktemp -d "${SAMPAN_UML_RAM:-/dev/shm}/sampan-vm.XXXXXX")
machine= guard=
cleanup() {
  [ -z "$guard" ] || kill "$guard" 2> /dev/null || true
  [ -z "$machine" ] || kill -KILL -- "-$machine" 2> /dev/null || true
  rm -rf --one-file-system "$control" "$ram"
}
trap cleanup EXIT
trap 'exit 143' HUP INT TERM

printf 'cgroups=%q share=%q modules=%q\n' "$cgroups" "$share" "$modules" > "$control/settings"
{
  for each in ${variables[@]+"${variables[@]}"}; do printf 'export %q\n' "$each"; done
  printf '%q ' "$@"
  echo
} > "$control/command"

# Processors with more registers than that kernel knows: see xstate.c.
preload=
if command -v cc > /dev/null; then
  cc -O1 -shared -fPIC -o "$control/xstate.so" "$here/xstate.c" && preload=$control/xstate.so
fi

# A process group of its own, so that nothing of the machine outlives this script.
set -m
LD_PRELOAD=$preload TMPDIR=$ram HOME=$control "$kernel" "mem=$memory" umid=vm "uml_dir=$control/" quiet panic=-1 \
  root=none rootfstype=hostfs rootflags=/ ro "init=$here/init.sh" "CONTROL=$control" \
  con=null con0=null,fd:3 ssl=null ssl0=null,fd:1 ssl1=null,fd:4 \
  < /dev/null 3> "$control/kernel.log" 4>&2 &
machine=$!
(
  sleep "$seconds" &
  trap 'kill $! 2> /dev/null' TERM
  wait $! && : > "$control/timeout" && kill -KILL -- "-$machine"
) 2> /dev/null &
guard=$!
set +m
wait "$machine" 2> /dev/null || true
machine=

[ -z "$kernel_log" ] || cat "$control/kernel.log" >&2
if [ -e "$control/timeout" ]; then
  echo "vm.sh: killed after $seconds s" >&2
  exit 124
fi
if [ ! -s "$control/status" ]; then
  echo "vm.sh: the machine ended before the command did; the kernel's last words:" >&2
  tail -n 40 "$control/kernel.log" >&2
  exit 125
fi
exit "$(cat "$control/status")"
