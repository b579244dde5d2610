#!/bin/bash
# Drives the whole engine inside of the machine of vm.sh: daemon, client, containers, under cgroup version 2 alone.
# A line for each thing shown, as RunTagged prints them; fails where one of them was not seen.
#
#   engine.sh DIST       DIST: the built tree (build/dist)
#
# That machine's kernel has no nftables: the daemon must say so, and run containers without a bridge.
set -u
dist=$1
export SAMPAN_ROOT=/mnt/root SAMPAN_RUN=/run/sampan PATH=$dist/bin:$PATH
passed=0 failed=0
log=/run/sampand.log

# check NAME ACTUAL WANTED: WANTED is a pattern of bash
check() {
  # shellcheck disable=SC2053
  if [[ $2 == $3 ]]; then
    passed=$((passed + 1))
    echo "  SUCCESSFUL $1"
  else
    failed=$((failed + 1))
    printf '  FAILED %s\n    wanted %s\n    got    %s\n' "$1" "$3" "$2"
  fi
}

# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

state() { sampan inspect -f "$2" "$1"; }
cgroup_of() { echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$(state "$1" '{{.State.Pid}}')/cgroup")"; }
field() { sed -n "s/^$2 //p" "$1"; }

image() {
  local tree=/mnt/image each
  mkdir -p $tree/{bin,dev,etc,proc,sys,tmp}
  cp "$(command -v busybox)" $tree/bin/busybox
  for each in $($tree/bin/busybox --list | grep -vx busybox); do ln -s busybox $tree/bin/"$each"; done
  echo 'root:x:0:0:root:/:/bin/sh' > $tree/etc/passwd
  tar -C $tree -cf /mnt/image.tar .
}

# Overlays want a file system for their upper layers that is no overlay itself.
mount -t tmpfs -o size=600m sampan /mnt
image
before=$(find /sys/fs/cgroup -mindepth 1 -type d | sort)
sampand > $log 2>&1 &
daemon=$!
until_true 60 grep listening $log || { cat $log; echo "the daemon does not answer"; exit 1; }

check "the daemon tells that it has no bridge" "$(grep -c 'no bridge network: this kernel has no nftables.*--network none' $log)" 1
check "the machine has cgroup version 2" "$(sampan info -f '{{.CgroupVersion}}')" 2
sampan import /mnt/image.tar box > /dev/null
check "doctor" "$(sampan doctor 2>&1 | grep -c 'nf_tables')" 1
check "an image is there" "$(sampan image ls -q box | wc -l)" 1

run=(run --network none)
check "a container runs" "$(sampan "${run[@]}" --rm box echo hello 2>&1)" hello
check "its own exit status" "$(sampan "${run[@]}" --rm box sh -c 'exit 7' 2>&1; echo $?)" 7
check "its own cgroup namespace" "$(sampan "${run[@]}" --rm box cat /proc/self/cgroup 2>&1)" 0::/

sampan "${run[@]}" --name hog -m 16m --memory-swap 16m box tail /dev/zero > /dev/null 2>&1
check "a memory hog ends with 137" $? 137
check "and was killed for memory" "$(state hog '{{.State.OOMKilled}} {{.State.ExitCode}}')" "true 137"
sampan rm hog > /dev/null

sampan "${run[@]}" --name child -m 16m --memory-swap 16m box sh -c 'tail /dev/zero; echo child $?' > /run/child 2>&1
check "a child killed for memory leaves its parent" "$? $(grep -a "^child" /run/child)" "0 child 137"
check "and inspect tells" "$(state child '{{.State.OOMKilled}} {{.State.ExitCode}}')" "true 0"
told() { sampan events --since 0 --until "$(date +%s)" --filter container=starved --format '{{.Action}}' | grep -c oom; }
sampan "${run[@]}" -d --name starved -m 16m --memory-swap 16m box sh -c 'tail /dev/zero; sleep 1000' > /dev/null
until_true 30 eval '[ "$(told)" = 1 ]'
check "its event comes while the parent lives" "$(told) $(state starved '{{.State.Running}}')" "1 true"
sampan rm -f starved > /dev/null
sampan rm child > /dev/null

check "the pids limit refuses the fork" \
  "$(sampan "${run[@]}" --rm --pids-limit 4 box sh -c 'for i in 1 2 3 4 5 6; do sleep 1 & done; echo all' 2>&1)" "*can't fork*"

check "a device that was not given is denied" \
  "$(sampan "${run[@]}" --rm box sh -c 'mknod /tmp/d b 1 0 && cat /tmp/d' 2>&1)" "*Operation not permitted*"
check "a device that was given may be used as it was given" \
  "$(sampan "${run[@]}" --rm --device /dev/fuse:/dev/box:r box sh -c ': < /dev/box && echo read; : > /dev/box' 2>&1)" \
  "read*Operation not permitted*"
check "a rule allows a device" \
  "$(sampan "${run[@]}" --rm --device-cgroup-rule 'c 1:5 rw' box sh -c 'mknod /tmp/d c 1 5 && head -c 3 /tmp/d | wc -c' 2>&1)" 3
check "privileged has all devices" \
  "$(sampan "${run[@]}" --rm --privileged box sh -c 'mknod /tmp/d c 1 5 && head -c 3 /tmp/d | wc -c' 2>&1)" 3

# One that runs on, for the rest.
sampan "${run[@]}" -d --name on --cpus 0.5 --cpu-shares 512 -m 64m --pids-limit 50 box \
  sh -c 'while :; do :; done' > /dev/null 2>&1
group=$(cgroup_of on)
check "limits are in the files of version 2" \
  "$(cat "$group/cpu.max"), $(cat "$group/memory.max"), $(cat "$group/pids.max")" "50000 100000, 67108864, 50"
used=$(field "$group/cpu.stat" usage_usec) periods=$(field "$group/cpu.stat" nr_periods)
until_true 30 eval "[ \$(field '$group/cpu.stat' nr_periods) -ge $((periods + 20)) ]"
used=$(($(field "$group/cpu.stat" usage_usec) - used)) periods=$(($(field "$group/cpu.stat" nr_periods) - periods))
check "half a processor is never more" "$((used * 100 / (periods * 100000) <= 55)) of $used us in $periods periods" "1 *"
check "and was throttled for it" "$(($(field "$group/cpu.stat" nr_throttled) > 0))" 1
check "stats" "$(sampan stats --no-stream --format '{{.Name}} {{.MemUsage}} {{.PIDs}}' on 2>&1)" "on * / 64MiB 1"
check "exec" "$(sampan exec on sh -c 'echo in $(cat /proc/self/cgroup)' 2>&1)" "in 0::/"
check "top" "$(sampan top on 2>&1 | grep -c 'while :')" 1

sampan pause on > /dev/null
check "pause" "$(state on '{{.State.Status}}') $(cat "$group/cgroup.freeze") $(field "$group/cgroup.events" frozen)" "paused 1 1"
check "no exec while paused" "$(sampan exec on true 2>&1)" "*is paused*"
sampan unpause on > /dev/null
check "unpause" "$(state on '{{.State.Status}}') $(cat "$group/cgroup.freeze")" "running 0"

sampan update --cpus 0.25 -m 48m --memory-swap 64m --pids-limit 20 on > /dev/null
check "update" \
  "$(cat "$group/cpu.max"), $(cat "$group/memory.max") $(cat "$group/memory.swap.max" 2> /dev/null), $(cat "$group/pids.max")" \
  "25000 100000, 50331648 16777216, 20"

kill -KILL $daemon
wait $daemon 2> /dev/null
sampand > $log 2>&1 &
daemon=$!
until_true 60 grep listening $log
check "it runs on without the daemon" "$(state on '{{.State.Status}}') $(cgroup_of on)" "running $group"
sampan kill on > /dev/null
check "kill" "$(sampan wait on)" 137
sampan start on > /dev/null
sampan rm -f on > /dev/null
check "nothing is left to list" "$(sampan ps -aq | wc -l)" 0
kill -TERM $daemon
wait $daemon
check "no cgroup is left" "$(comm -13 <(echo "$before") <(find /sys/fs/cgroup -mindepth 1 -type d | sort))" ""
check "no mount is left" "$(grep -c "$SAMPAN_ROOT" /proc/self/mounts)" 0

[ $failed = 0 ] || { echo "the daemon's log:"; cat $log; }
echo "engine: $passed of $((passed + failed)) passed"
[ $failed = 0 ]
