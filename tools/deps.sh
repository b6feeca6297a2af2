#!/bin/sh
# tools/deps.sh PACKAGE...: installs the Debian packages that are missing, as root or through sudo without a password; else
# prints the one line to run. Costs nothing when all are there.
set -u
command -v dpkg-query >/dev/null || {
    echo "deps: not a Debian system: make sure that these or their like are installed: $*" >&2
    exit 0
}
missing=
for package in "$@"; do
    case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) in
    installed) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -z "$missing" ] && exit 0

install="apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    root=
elif sudo -n true 2>/dev/null; then
    root="sudo -n"
else
    echo "deps: these packages are missing:$missing" >&2
    echo "deps: run this, then make again:" >&2
    echo "    sudo sh -c '$install'" >&2
    exit 1
fi
echo "deps: installing$missing"
$root sh -c "$install"
