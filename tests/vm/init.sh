#!/bin/bash
# The first process of the machine that vm.sh starts. First on the host's file system, read-only; then, started again
# with the argument "inside", in the machine's own root.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

off() { sync; echo o > /proc/sysrq-trigger; sleep 60; }
fail() { echo "init.sh: $*" > /dev/kmsg; off; }

# hostfs PATH TARGET: since Linux 6.11 the path is an option with a name.
hostfs() { mount -t hostfs -o "$1" none "$2" 2> /dev/null || mount -t hostfs -o "hostfs=$1" none "$2"; }

own_root() {
  mount -t proc proc /proc || exit 1
  mount -t sysfs sysfs /sys || fail "sys"
  # Some kernels mount it themselves.
  mountpoint -q /dev || mount -t devtmpfs dev /dev || fail "dev"
  # Its own tree in memory: control directory, the host as lower layer, the layer above it, the root that comes of both.
  mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/control /run/host /run/above /run/work /run/root /run/m/lib/modules || fail "tmpfs"
  hostfs "$CONTROL" /run/control || fail "control directory"
  . /run/control/settings
  hostfs / /run/host || fail "host's root"
  hostfs "$modules" /run/m/lib/modules 2> /dev/null \
    && modprobe -d /run/m -aq overlay veth bridge fuse dummy 2> /dev/null
  mount -t overlay -o lowerdir=/run/host,upperdir=/run/above,workdir=/run/work root /run/root || fail "overlay"
  local root=/run/root each
  for each in proc sys dev; do mount --move "/$each" "$root/$each"; done
  mkdir -p "$root/share" "$root/old"
  [ -z "$share" ] || hostfs "$share" "$root/share" || fail "share $share"
  mount -t tmpfs -o mode=755 tmpfs "$root/run" && mkdir -p "$root/run/control" "$root/run/lock" || fail "run"
  mount --move /run/control "$root/run/control"
  cp "$0" "$root/run/init" && chmod 755 "$root/run/init"
  cd "$root" && pivot_root . old && exec chroot . /bin/bash /run/init inside < /dev/null
  fail "pivot_root"
}

v1_hierarchies() {
  local each
  mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
  for each in $(awk '!/^#/ { print $1 }' /proc/cgroups); do
    mkdir "/sys/fs/cgroup/$each"
    mount -t cgroup -o "$each" cgroup "/sys/fs/cgroup/$each" || rmdir "/sys/fs/cgroup/$each"
  done
  mkdir /sys/fs/cgroup/systemd && mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
}

inside() {
  . /run/control/settings
  umount -l /old
  mkdir -p /dev/pts /dev/shm
  mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts /dev/pts && ln -sf pts/ptmx /dev/ptmx
  mount -t tmpfs -o mode=1777 shm /dev/shm
  ln -sfn /proc/self/fd /dev/fd
  mount -t bpf bpf /sys/fs/bpf 2> /dev/null
  case $cgroups in
    v2) mount -t cgroup2 cgroup2 /sys/fs/cgroup ;;
    v1) v1_hierarchies ;;
    hybrid) v1_hierarchies; mkdir /sys/fs/cgroup/unified; mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified ;;
  esac || fail "cgroups $cgroups"
  ip link set lo up 2> /dev/null
  hostname vm
  # Raw lines: what the command prints arrives as it is.
  stty -F /dev/ttyS0 raw -echo && stty -F /dev/ttyS1 raw -echo
  export HOME=/root TERM=dumb
  setsid /bin/bash /run/control/command < /dev/null > /dev/ttyS0 2> /dev/ttyS1
  echo $? > /run/control/status
  sync /run/control/status
  off
}

case ${1:-} in inside) inside ;; *) own_root ;; esac
