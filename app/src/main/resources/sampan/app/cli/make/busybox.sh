# the machine's static busybox with all its names as a tar on standard output
set -e
root=/var/tmp/sampan-make
for busybox in /bin/busybox /usr/bin/busybox none; do
    [ ! -x "$busybox" ] || break
done
mkdir -p "$root"
cd "$root"
mkdir -m 755 bin dev etc home proc sys usr var
mkdir -m 700 root
mkdir -m 1777 tmp var/tmp
if [ "$busybox" = none ] || ! cp "$busybox" bin/busybox || ! chroot . /bin/busybox true; then
    echo "no static busybox on this machine: apt install busybox-static" >&2
    exit 1
fi
for name in $(chroot . /bin/busybox --list); do
    [ "$name" = busybox ] || ln -s busybox "bin/$name"
done
echo 'root:x:0:0:root:/root:/bin/sh' >etc/passwd
echo 'nobody:x:65534:65534:nobody:/home:/bin/false' >>etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\n' >etc/group
tar --numeric-owner --sort=name --mtime=@0 -cf - .
