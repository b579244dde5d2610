# SUITE MIRROR: a minimal Debian as a tar on standard output
set -e
suite=$1 mirror=$2 root=/var/tmp/sampan-make
if ! command -v debootstrap >/dev/null; then
    echo "debootstrap is not on this machine: apt install debootstrap" >&2
    exit 1
fi
keys=/usr/share/keyrings/debian-archive-keyring.gpg
if [ ! -e "$keys" ]; then
    echo "the keys of Debian's archive are not on this machine: apt install debian-archive-keyring" >&2
    exit 1
fi
if [ -z "$suite" ]; then
    suite=$(. /etc/os-release && [ "$ID" = debian ] && echo "$VERSION_CODENAME") || true
    suite=${suite:-stable}
fi
if [ -z "$mirror" ] && command -v apt-get >/dev/null; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)|$(ORIGIN)|$(CODENAME)' 'Created-By: Packages' 2>/dev/null |
        sed -n "s/|Debian|$suite\$//p" | head -n 1)
fi
if [ -z "$http_proxy" ] && command -v apt-config >/dev/null; then
    proxy=
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [ -z "$proxy" ] || export http_proxy="$proxy"
fi
mkdir -p "$root"
debootstrap --variant=minbase --force-check-gpg --keyring="$keys" "$suite" "$root" $mirror >&2
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/cache/apt/*.bin "$root"/var/lib/apt/lists/* \
    "$root"/var/log/bootstrap.log "$root"/var/log/dpkg.log "$root"/var/log/alternatives.log \
    "$root"/etc/resolv.conf "$root"/etc/hostname
tar -C "$root" --numeric-owner --sort=name --one-file-system --exclude='./dev/*' --exclude='./proc/*' -cf - .
