#!/usr/bin/env bash
# packaging/check-deb.sh FOLDER: lintian over the packages of FOLDER, then dpkg installs them in a scratch root, and the command
# and a program run from there. Needs no network; says what it skips where a tool is not there.
set -euo pipefail
export LC_ALL=C.UTF-8
packages=("$1"/*.deb)
[ -f "${packages[0]}" ] || { echo "check-deb: no packages in $1: run make deb" >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if command -v lintian >/dev/null; then
    lintian --allow-root --fail-on error,warning "${packages[@]}"
    echo "check-deb: lintian has nothing to say"
else
    echo "check-deb: lintian is not installed: skipped (apt-get install lintian)"
fi

# What the packages depend on is the machine's: the scratch root has nothing else in it.
command -v dpkg >/dev/null || { echo "check-deb: skipped: no dpkg here"; exit 0; }
fake=()
[ "$(id -u)" = 0 ] || fake=(fakeroot)
if [ ${#fake[@]} -gt 0 ] && ! command -v fakeroot >/dev/null; then
    echo "check-deb: skipped: installing needs root or fakeroot"
    exit 0
fi
mkdir -p "$scratch/var/lib/dpkg/info" "$scratch/var/lib/dpkg/updates" "$scratch/var/lib/dpkg/triggers"
: >"$scratch/var/lib/dpkg/status"
"${fake[@]}" dpkg --root="$scratch" --force-not-root --force-depends --force-script-chrootless --log="$scratch/log" \
    -i "${packages[@]}" >"$scratch/dpkg.log" 2>&1 || { cat "$scratch/dpkg.log"; exit 1; }
names=()
for package in "${packages[@]}"; do names+=("$(dpkg-deb -f "$package" Package)"); done
for package in "${names[@]}"; do
    dpkg-query --admindir="$scratch/var/lib/dpkg" -W -f='${db:Status-Status}\n' "$package" | grep -qx installed ||
        { echo "check-deb: $package is not installed"; cat "$scratch/dpkg.log"; exit 1; }
done

got=$(cd / && echo 'toi dang hoc tieng Viet' | env -i PATH="$PATH" "$scratch/usr/bin/bon" restore)
[ "$got" = 'tôi đang học tiếng Việt' ] || { echo "check-deb: the installed bon writes '$got'"; exit 1; }
libdir=$(dirname "$(find "$scratch/usr/lib" -name libbon.so.0)")
# shellcheck disable=SC2046 # words
PKG_CONFIG_SYSROOT_DIR=$scratch PKG_CONFIG_PATH=$libdir/pkgconfig "${CC:-cc}" -o "$scratch/restore" \
    "$scratch/usr/share/doc/libbon-dev/examples/restore.c" \
    $(PKG_CONFIG_SYSROOT_DIR=$scratch PKG_CONFIG_PATH=$libdir/pkgconfig pkg-config --cflags --libs bon)
got=$(LD_LIBRARY_PATH=$libdir "$scratch/restore" "$scratch/usr/share/bon/vi.bonlm" 'Ha Noi mua thu')
[ "$got" = 'Hà Nội mùa thu' ] || { echo "check-deb: a program built with libbon-dev writes '$got'"; exit 1; }
# The engine runs as far as it can without a daemon to talk to, and the component names where it is.
engine=$scratch/usr/libexec/ibus-engine-bon
if [ -e "$engine" ]; then
    grep -q '<exec>/usr/libexec/ibus-engine-bon --ibus</exec>' "$scratch/usr/share/ibus/component/bon.xml" ||
        { echo "check-deb: the component of ibus-bon names another engine"; exit 1; }
    env -i PATH="$PATH" HOME="$scratch" "$engine" 2>"$scratch/engine.log" && { echo "check-deb: the engine ran without a daemon"; exit 1; }
    grep -q 'no ibus-daemon is running' "$scratch/engine.log" || { cat "$scratch/engine.log"; exit 1; }
fi
addon=$(find "$scratch/usr/lib" -name libbon-fcitx5.so)
[ -z "$addon" ] || ! ldd "$addon" | grep 'not found' || { echo "check-deb: the addon of fcitx5-bon lacks a library"; exit 1; }
"${fake[@]}" dpkg --root="$scratch" --force-not-root --force-depends --force-script-chrootless --log="$scratch/log" \
    --purge "${names[@]}" >"$scratch/dpkg.log" 2>&1 || { cat "$scratch/dpkg.log"; exit 1; }
left=$(find "$scratch/usr" ! -type d 2>/dev/null || true)
[ -z "$left" ] || { printf 'check-deb: left behind: %s\n' "$left"; exit 1; }
echo "check-deb: installed, run and removed"
